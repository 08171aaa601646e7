import amqplib, { type ChannelModel } from 'amqplib';
import { lookup } from '../lookup.ts';
import { readSecret, type CommonSettings } from '../settings.ts';
import { settleWithin } from '../shutdown.ts';

const GOODBYE_MS = 1_000;

export interface BrokerConnection {
  readonly model: ChannelModel;
  /** Ends it without a goodbye. */
  readonly cut: AbortController;
}

/** Opens a connection to the broker, named after the instance and what it is for. The password is read anew each time. */
export async function connectBroker(settings: CommonSettings, purpose: string): Promise<BrokerConnection> {
  const cut = new AbortController();
  const address = {
    protocol: 'amqp',
    hostname: settings.AMQP_HOST,
    port: settings.AMQP_PORT,
    username: settings.AMQP_USER,
    password: readSecret('AMQP_PASSWORD_FILE', settings.AMQP_PASSWORD_FILE),
    vhost: settings.AMQP_VHOST,
    heartbeat: settings.AMQP_HEARTBEAT_S,
  };
  const socketOptions = {
    lookup,
    signal: cut.signal,
    timeout: settings.AMQP_CONNECT_TIMEOUT_MS,
    noDelay: true,
    keepAlive: true,
    clientProperties: { connection_name: `${settings.INSTANCE}/${purpose}` },
  };
  const model = await amqplib.connect(address, socketOptions);
  return { model, cut };
}

/** Closes the connection; a broker that does not answer within a second (frozen, say) has its socket cut, and holds up no shutdown. */
export async function disconnectBroker({ model, cut }: BrokerConnection, onError: (error: unknown) => void = () => undefined): Promise<void> {
  await settleWithin(GOODBYE_MS, [model.close().catch(onError)]);
  cut.abort();
}
