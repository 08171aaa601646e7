/** Where the process is in its life. It answers health checks from the start. */
export class Lifecycle {
  readonly #schemaReady = Promise.withResolvers<undefined>();
  #hasSchema = false;
  #draining = false;

  /** The schema is there: requests make sense. */
  get hasSchema(): boolean {
    return this.#hasSchema;
  }

  /** Resolves when the schema is there. */
  get schemaReady(): Promise<undefined> {
    return this.#schemaReady.promise;
  }

  /** It is about to stop: no new traffic please. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Whether a balancer may send requests here. */
  get takesTraffic(): boolean {
    return this.#hasSchema && !this.#draining;
  }

  markSchemaReady(): void {
    this.#hasSchema = true;
    this.#schemaReady.resolve(undefined);
  }

  startDraining(): void {
    this.#draining = true;
  }
}
