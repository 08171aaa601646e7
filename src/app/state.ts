/** Where the process is in its life. It answers health checks from the start. */
export class Lifecycle {
  readonly #migration = Promise.withResolvers<undefined>();
  #migrated = false;
  #draining = false;

  /** The schema is there: requests make sense. */
  get migrated(): boolean {
    return this.#migrated;
  }

  /** Resolves when the schema is there. */
  get migration(): Promise<undefined> {
    return this.#migration.promise;
  }

  /** It is about to stop: no new traffic please. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Whether a balancer may send requests here. */
  get takesTraffic(): boolean {
    return this.#migrated && !this.#draining;
  }

  markMigrated(): void {
    this.#migrated = true;
    this.#migration.resolve(undefined);
  }

  startDraining(): void {
    this.#draining = true;
  }
}
