export async function runFailover(): Promise<void> { await Promise.resolve(); }
