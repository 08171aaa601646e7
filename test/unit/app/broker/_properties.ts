import type { MessageProperties } from 'amqplib';

const unset: MessageProperties = {
  contentType: undefined, contentEncoding: undefined, headers: undefined, deliveryMode: undefined, priority: undefined,
  correlationId: undefined, replyTo: undefined, expiration: undefined, messageId: undefined, timestamp: undefined, type: undefined,
  userId: undefined, appId: undefined, clusterId: undefined,
};

/** A message's properties as amqplib gives them: all of them are there, most have no value. */
export const propertiesWith = (given: Partial<MessageProperties>): MessageProperties => ({ ...unset, ...given });
