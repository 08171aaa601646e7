/**
 * What is where in a project's state directory, on the host. Containers have the folders mounted that are theirs; whoever
 * writes one and whoever mounts it go by this file. Joined with a slash, as an Engine wants it of every host.
 */

/** The certificate authority, which no container sees. */
export const authorityFolder = (stateDirectory: string): string => `${stateDirectory}/ca`;
/** What clients are to trust. */
export const authorityCertificate = (stateDirectory: string): string => `${authorityFolder(stateDirectory)}/ca.crt`;
/** Pairs of certificate and key, and which is in use: of the load balancers. */
export const tlsFolder = (stateDirectory: string): string => `${stateDirectory}/tls`;
/** The cluster's key and configuration: of its nodes. */
export const clusterFolder = (stateDirectory: string): string => `${stateDirectory}/cluster`;
/** A service's rendered files. */
export const serviceFolder = (stateDirectory: string, service: string): string => `${stateDirectory}/files/${service}`;
/** Passwords that were made up; each service has its own in its folder. */
export const secretsFolder = (stateDirectory: string): string => `${stateDirectory}/secrets`;
/** Faults that drills have put in place. */
export const journalFolder = (stateDirectory: string): string => `${stateDirectory}/journal`;
/** Of one who changes the project. */
export const lockFolder = (stateDirectory: string): string => `${stateDirectory}/lock`;
/** Whose the directory is: the project's name. */
export const ownerFile = (stateDirectory: string): string => `${stateDirectory}/project`;
/** Who runs the load balancers, where the command line said it. */
export const managerFile = (stateDirectory: string): string => `${stateDirectory}/manager`;
