export async function runExportCompose(): Promise<void> { await Promise.resolve(); }
