import type pg from 'pg';

/** A statement that each connection prepares once, under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** One connection, or one transaction on it. */
export interface Queryable {
  query<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

/** A connection as those see it that put questions to it. `onAnswer` is called after each answer. */
export const asQueryable = (client: pg.ClientBase, onAnswer: () => void = () => undefined): Queryable => ({
  async query<Row extends object>(statement: Statement, values: readonly unknown[] = []) {
    const result = await client.query<Row>({ name: statement.name, text: statement.text, values: [...values] });
    onAnswer();
    return result.rows;
  },
});
