/** The type of the jobs that `POST /items/{id}/process` accepts. */
export const PROCESS_ITEM = 'item.process';
