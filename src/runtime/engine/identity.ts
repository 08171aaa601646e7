import { labels } from './labels.ts';
import type { ObservedContainer } from './port.ts';

/** What a container says it is: by its labels, whatever it is called. */
type Labelled = Pick<ObservedContainer, 'labels'>;

/** The service that it runs; undefined for one that is not ours, or says nothing. */
export function serviceOf({ labels: own }: Labelled): string | undefined {
  return unlessEmpty(own[labels.service]);
}

/** `traefik`; empty for one that is not ours. */
export function componentOf({ labels: own }: Labelled): string {
  return own[labels.component] ?? '';
}

/** The service whose namespaces it joins. */
export function podOwnerOf({ labels: own }: Labelled): string | undefined {
  return unlessEmpty(own[labels.podOwner]);
}

/** The services that are to be there before it. */
export function dependenciesOf({ labels: own }: Labelled): string[] {
  return (own[labels.dependsOn] ?? '').split(',').filter((name) => name !== '');
}

/** Whether a drill made it for itself. */
export function isOfDrill({ labels: own }: Labelled): boolean {
  return own[labels.drill] !== undefined;
}

/** As a person says it: its service, or its own name where it has none. */
export function subjectOf(container: Pick<ObservedContainer, 'labels' | 'name'>): string {
  return serviceOf(container) ?? container.name;
}

/** It runs, and its check, if it has one, says that it is well. */
export function isWell({ state, health }: Pick<ObservedContainer, 'state' | 'health'>): boolean {
  return state === 'running' && (health === 'healthy' || health === 'none');
}

function unlessEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
