import type { LoadedConfig } from '../config/load-config.ts';
import type { CertificateStatus } from '../status/report.ts';
export async function bringCertificates(_loaded: LoadedConfig, _w: (m: string) => void): Promise<string[]> { return []; }
export async function readCertificates(_loaded: LoadedConfig): Promise<CertificateStatus[]> { return []; }
