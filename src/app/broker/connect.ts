import amqplib, { type ChannelModel } from 'amqplib';
import { lookup } from '../lookup.ts';
import { readSecret, type CommonSettings } from '../settings.ts';

/**
 * Opens a connection to the broker, named after the instance and what it is for. The password is read anew each time.
 * `signal` ends it without a goodbye: a broker that is frozen, or takes nothing, would keep it half open for as long.
 */
export async function connectBroker(settings: CommonSettings, purpose: string, signal?: AbortSignal): Promise<ChannelModel> {
  const address = {
    protocol: 'amqp',
    hostname: settings.AMQP_HOST,
    port: settings.AMQP_PORT,
    username: settings.AMQP_USER,
    password: readSecret('AMQP_PASSWORD_FILE', settings.AMQP_PASSWORD_FILE),
    vhost: settings.AMQP_VHOST,
    heartbeat: settings.AMQP_HEARTBEAT_S,
  };
  return amqplib.connect(address, {
    lookup,
    ...(signal && { signal }),
    timeout: settings.AMQP_CONNECT_TIMEOUT_MS,
    noDelay: true,
    keepAlive: true,
    clientProperties: { connection_name: `${settings.INSTANCE}/${purpose}` },
  });
}
