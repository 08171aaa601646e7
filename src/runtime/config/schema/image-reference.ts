const host = String.raw`(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d+)?/`;
const component = String.raw`[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*`;
const tag = String.raw`:\w[\w.-]{0,127}`;
const digest = String.raw`@sha256:[0-9a-f]{64}`;

/** An image's reference as every registry and the Engine take it (the grammar of distribution's `reference` package). */
export const imageReferencePattern = new RegExp(`^(?:${host})?${component}(?:/${component})*(?:${tag})?(?:${digest})?$`);
