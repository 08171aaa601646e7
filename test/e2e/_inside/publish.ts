/**
 * Runs in a container on the platform's data network: puts one message into a queue.
 * publish.ts QUEUE HEADERS-AS-JSON, with the message in base64 on standard input.
 */
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import amqplib from 'amqplib';

const [queue = '', headers = '{}'] = process.argv.slice(2);
const content = Buffer.from(await text(process.stdin), 'base64');
const password = readFileSync('/run/haplat/rabbitmq-password', 'utf8').trim();
const connection = await amqplib.connect({ hostname: 'rabbitmq', username: 'haplat', password }, { timeout: 5000 });
const channel = await connection.createConfirmChannel();
channel.sendToQueue(queue, content, { persistent: true, headers: JSON.parse(headers) as object });
await channel.waitForConfirms();
await connection.close();
