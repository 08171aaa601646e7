/** What is wrong with one key, and what would be right. */
export interface ConfigProblem {
  /** `network.vip`; empty for the document as a whole. */
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly remedy: string;
}
