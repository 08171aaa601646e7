export async function runCerts(): Promise<void> { await Promise.resolve(); }
export async function runCertsIssue(): Promise<void> { await Promise.resolve(); }
export async function runCertsShow(): Promise<void> { await Promise.resolve(); }
export async function runCertsRotate(): Promise<void> { await Promise.resolve(); }
