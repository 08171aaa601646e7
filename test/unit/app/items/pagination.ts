import fc from 'fast-check';
import test from 'ava';
import { itemPage } from '../../../../src/app/items/present.ts';
import { listItems, PAGE_MAX_BYTES, type ItemSlice } from '../../../../src/app/items/repository.ts';

/** The neighbour: a table in memory that answers the one query of the list. `itemBytes`: how large it says that an item is. */
function tableOf(ids: ReadonlySet<string>, itemBytes = 100): Parameters<typeof listItems>[0] {
  const sliceOf = (after: string, limit: number, bytes: number): ItemSlice => {
    const following = [...ids].sort().filter((id) => id > after);
    const shown = following.slice(0, Math.min(limit, Math.max(Math.floor(bytes / itemBytes), 1)));
    return { json: shown.map((id) => JSON.stringify({ id })).join(','), lastId: shown.at(-1) ?? null, more: following.length > shown.length };
  };
  return { query: (_statement, [after, limit, bytes]) => Promise.resolve([sliceOf(String(after), Number(limit), Number(bytes))]) };
}

/** Follows the pages to the end; `between` happens before each but the first. */
async function walk(ids: Set<string>, limit: number, between: (page: number) => void, itemBytes?: number): Promise<string[]> {
  const seen: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page === 0 || cursor !== undefined; page += 1) {
    if (page > 0) between(page);
    const { json, nextCursor } = itemPage(await listItems(tableOf(ids, itemBytes), { limit, cursor }));
    seen.push(...(JSON.parse(json) as { items: { id: string }[] }).items.map(({ id }) => id));
    cursor = nextCursor;
  }
  return seen;
}

const idsAtMost = (count: number) => fc.uniqueArray(fc.uuid({ version: 7 }), { maxLength: count });

test('pages of any size show each item once, in order', async (t) => {
  await fc.assert(
    fc.asyncProperty(idsAtMost(60), fc.integer({ min: 1, max: 20 }), async (ids, limit) => {
      t.deepEqual(await walk(new Set(ids), limit, () => undefined), [...ids].sort());
    }),
  );
});

test('a page of large items ends before its limit, and the next goes on from there', async (t) => {
  const ids = new Set(fc.sample(idsAtMost(60), { numRuns: 1, seed: 1 })[0]);
  for (const itemBytes of [PAGE_MAX_BYTES / 4, PAGE_MAX_BYTES * 2]) {
    t.deepEqual(await walk(ids, 100, () => undefined, itemBytes), [...ids].sort());
    const { more, json } = await listItems(tableOf(ids, itemBytes), { limit: 100 });
    t.true(more);
    t.is((JSON.parse(`[${json}]`) as unknown[]).length, itemBytes < PAGE_MAX_BYTES ? 4 : 1);
  }
});

test('what is there from the first page to the last is shown once, whatever comes and goes meanwhile', async (t) => {
  await fc.assert(
    fc.asyncProperty(idsAtMost(40), idsAtMost(10), fc.nat(), fc.integer({ min: 1, max: 10 }), async (staying, passing, start, limit) => {
      const ids = new Set(staying);
      const guests = passing.filter((id) => !ids.has(id));
      const seen = await walk(ids, limit, (page) => {
        const guest = guests[(start + page) % Math.max(guests.length, 1)];
        // It comes, and goes again the next time.
        if (guest !== undefined && !ids.delete(guest)) ids.add(guest);
      });
      t.deepEqual(seen.filter((id) => staying.includes(id)), [...staying].sort());
      t.is(new Set(seen).size, seen.length);
    }),
  );
});
