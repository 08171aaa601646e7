export const jobStates = ['queued', 'retrying', 'done', 'failed'] as const;
export type JobState = (typeof jobStates)[number];
