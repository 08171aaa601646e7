import type { ConfigProblem } from './config-problem.ts';
import { nearest } from './key-path.ts';

/** Which key of the configuration a variable of the environment or of `.env` sets. */
export const environmentKeys: Readonly<Record<string, readonly [string, ...string[]]>> = {
  HAPLAT_PROJECT: ['project'],
  HAPLAT_BIND_ADDRESS: ['ports', 'bindAddress'],
  HAPLAT_HTTP_PORT: ['ports', 'http'],
  HAPLAT_HTTPS_PORT: ['ports', 'https'],
  HAPLAT_DASHBOARD_PORT: ['ports', 'dashboard'],
  HAPLAT_NETDATA_PORT: ['ports', 'netdata'],
  HAPLAT_LB_MANAGER: ['loadBalancers', 'manager'],
  HAPLAT_TRAEFIK_IMAGE: ['loadBalancers', 'image'],
  HAPLAT_POSTGRES_IMAGE: ['postgres', 'image'],
  HAPLAT_POSTGRES_DB: ['postgres', 'database'],
  HAPLAT_POSTGRES_USER: ['postgres', 'user'],
  HAPLAT_POSTGRES_PASSWORD_FILE: ['postgres', 'passwordFile'],
  HAPLAT_RABBITMQ_IMAGE: ['rabbitmq', 'image'],
  HAPLAT_RABBITMQ_USER: ['rabbitmq', 'user'],
  HAPLAT_RABBITMQ_PASSWORD_FILE: ['rabbitmq', 'passwordFile'],
  HAPLAT_NETDATA_IMAGE: ['netdata', 'image'],
  HAPLAT_HAPROXY_IMAGE: ['engineProxy', 'image'],
  HAPLAT_BASE_IMAGE: ['baseImage'],
  HAPLAT_CERT_FILE: ['certificates', 'certFile'],
  HAPLAT_KEY_FILE: ['certificates', 'keyFile'],
  HAPLAT_STATE_DIRECTORY: ['stateDirectory'],
};

const prefix = 'HAPLAT_';

/** Lays the variables over a configuration: they win over haplat.yaml. Numbers are read as such. Pure. */
export function withEnvironment(input: Readonly<Record<string, unknown>>, variables: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  const result: Record<string, unknown> = structuredClone({ ...input });
  for (const [variable, path] of Object.entries(environmentKeys)) {
    const text = variables[variable];
    if (text !== undefined && text !== '') setAt(result, path, /^\d+$/.test(text) && path[0] === 'ports' ? Number(text) : text);
  }
  return result;
}

/** Variables of a `.env` that look like ours and are not: a typing error must not pass in silence. */
export function unknownVariables(variables: Readonly<Record<string, string | undefined>>): ConfigProblem[] {
  return Object.keys(variables)
    .filter((name) => name.startsWith(prefix) && environmentKeys[name] === undefined)
    .map((name) => {
      const close = nearest(name, Object.keys(environmentKeys));
      return {
        path: [name],
        message: 'there is no such variable',
        remedy: close === undefined ? `known: ${Object.keys(environmentKeys).join(', ')}` : `did you mean ${close}?`,
      };
    });
}

/** The variable that set a key, if one did: so that an error names where the value stands. */
export function variableOf(path: readonly (string | number)[], variables: Readonly<Record<string, string | undefined>>): string | undefined {
  return Object.entries(environmentKeys).find(
    ([name, key]) => variables[name] !== undefined && variables[name] !== '' && key.join('.') === path.join('.'),
  )?.[0];
}

function setAt(target: Record<string, unknown>, [head, ...rest]: readonly [string, ...string[]], value: unknown): void {
  const [next, ...others] = rest;
  if (next === undefined) {
    target[head] = value;
    return;
  }
  const inner = target[head];
  // What is no map is wrong, and has to be told so.
  if (inner !== undefined && inner !== null && (typeof inner !== 'object' || Array.isArray(inner))) return;
  const child = { ...inner };
  target[head] = child;
  setAt(child, [next, ...others], value);
}
