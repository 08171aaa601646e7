/** The full name of a container, network or volume: names of several projects must not clash on one Engine. */
export function fullName(project: string, name: string): string {
  return `${project}-${name}`;
}

/** The name within its project, by which a person knows it; that of something else as it is. */
export function shortName(project: string, name: string): string {
  return name.startsWith(fullName(project, '')) ? name.slice(fullName(project, '').length) : name;
}
