/** Where the process is in its life. It answers health checks from the start. */
export class Lifecycle {
  #migrated = false;
  #draining = false;

  /** The schema is there: requests make sense. */
  get migrated(): boolean {
    return this.#migrated;
  }

  /** It is about to stop: no new traffic please. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Whether a balancer should send requests here. A missing database is no reason not to: another replica has none either. */
  get takesTraffic(): boolean {
    return this.#migrated && !this.#draining;
  }

  markMigrated(): void {
    this.#migrated = true;
  }

  startDraining(): void {
    this.#draining = true;
  }
}
