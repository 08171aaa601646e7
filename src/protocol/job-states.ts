/** The states of a job. Apart from the schemas, because the command line knows them at its start, before any package is loaded. */
export const jobStates = ['queued', 'retrying', 'done', 'failed'] as const;
export type JobState = (typeof jobStates)[number];
