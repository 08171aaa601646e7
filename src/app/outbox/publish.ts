import type { ConfirmChannel, Message, Options } from 'amqplib';
import { DeadlineError, toError } from '../errors.ts';

/** What publishing needs of a confirm channel. */
export interface PublishChannel extends Pick<ConfirmChannel, 'publish'> {
  on(event: 'return' | 'close', listener: (message: Message) => void): unknown;
  off(event: 'return' | 'close', listener: (message: Message) => void): unknown;
}

export interface Outgoing {
  readonly queue: string;
  readonly content: Buffer;
  readonly messageId: string;
  readonly options?: Options.Publish;
}

/** The broker did not take responsibility for these messages: refused, or without a queue to go to. */
class PublishError extends Error {
  override readonly name = 'PublishError';
  readonly messageIds: readonly string[];

  constructor(messageIds: readonly string[], options?: ErrorOptions) {
    super(`${messageIds.length} message(s) not confirmed by the broker`, options);
    this.messageIds = messageIds;
  }
}

/**
 * Publishes persistently and waits until the broker has confirmed each message, which for a quorum queue means that
 * it is on disk. Throws PublishError if one was refused or returned, DeadlineError after `timeoutMs`: then any of
 * them may have arrived, so consumers have to recognise what they have seen.
 */
export async function publishConfirmed(
  channel: PublishChannel,
  messages: readonly Outgoing[],
  timeoutMs: number,
): Promise<void> {
  const returned: string[] = [];
  const onReturn = (message: Message): void => {
    returned.push(String(message.properties.messageId));
  };
  const { promise: failure, reject: giveUp } = Promise.withResolvers<never>();
  const timer = setTimeout(() => { giveUp(new DeadlineError('publishing', timeoutMs)); }, timeoutMs);
  const onClose = (): void => { giveUp(new PublishError(messages.map((message) => message.messageId))); };
  channel.on('return', onReturn);
  channel.on('close', onClose);
  try {
    await Promise.race([Promise.all(messages.map((message) => publishOne(channel, message))), failure]);
  } finally {
    clearTimeout(timer);
    channel.off('return', onReturn);
    channel.off('close', onClose);
    failure.catch(() => undefined);
  }
  // An unroutable message is returned before it is confirmed.
  const lost = messages.filter((message) => returned.includes(message.messageId));
  if (lost.length > 0) throw new PublishError(lost.map((message) => message.messageId));
}

const publishOne = (channel: PublishChannel, message: Outgoing): Promise<void> =>
  new Promise((resolve, reject) => {
    const options = {
      persistent: true,
      mandatory: true,
      contentType: 'application/json',
      messageId: message.messageId,
      ...message.options,
    };
    channel.publish('', message.queue, message.content, options, (error: unknown) => {
      if (error === null || error === undefined) resolve();
      else reject(new PublishError([message.messageId], { cause: toError(error) }));
    });
  });
