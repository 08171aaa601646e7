import { connect } from 'node:tls';

const timeoutMs = 2000;

/**
 * SHA-256 of the certificate that a server presents to whoever asks for no name. Undefined where nobody answers, which
 * others tell of.
 */
export async function servedFingerprint({ host, port }: { readonly host: string; readonly port: number }): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Whose certificate it is, is the question: nothing is sent, and none is refused.
    const socket = connect({ host, port, rejectUnauthorized: false });
    const settle = (fingerprint?: string) => {
      socket.destroy();
      resolve(fingerprint);
    };
    socket.setTimeout(timeoutMs, settle);
    socket.once('error', () => { settle(); });
    socket.once('close', () => { settle(); });
    socket.once('secureConnect', () => { settle(socket.getPeerX509Certificate()?.fingerprint256); });
  });
}
