/** The full name of a container, network or volume: names of several projects must not clash on one Engine. */
export function fullName(project: string, name: string): string {
  return `${project}-${name}`;
}
