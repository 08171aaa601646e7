/** Reads a stream of JSON documents, one a line, as the Engine sends events and progress. */
export async function* jsonLines(source: AsyncIterable<Buffer | string>): AsyncIterable<unknown> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of source) {
    const lines = (rest + (typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }))).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.trim() !== '') yield JSON.parse(line) as unknown;
    }
  }
  if (rest.trim() !== '') yield JSON.parse(rest) as unknown;
}
