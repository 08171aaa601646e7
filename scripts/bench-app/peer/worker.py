"""The consumer: one message after the other."""
import json
import uuid

import pika

from model import Item, Job, Session, secret


def work(channel, method, _properties, body):
    message = json.loads(body)
    with Session() as session:
        job = session.get(Job, uuid.UUID(message["jobId"]))
        item = session.get(Item, uuid.UUID(message["itemId"]), with_for_update=True)
        item.status = "processed"
        item.processed_count += 1
        item.version += 1
        job.state = "done"
        session.commit()
    channel.basic_ack(method.delivery_tag)


credentials = pika.PlainCredentials("haplat", secret("rabbitmq-password"))
connection = pika.BlockingConnection(pika.ConnectionParameters("rabbitmq", credentials=credentials, heartbeat=600))
channel = connection.channel()
channel.queue_declare("peer_tasks", durable=True)
channel.basic_qos(prefetch_count=10)
channel.basic_consume("peer_tasks", work)
channel.start_consuming()
