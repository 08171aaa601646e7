"""The API: what gunicorn serves."""
import json

import pika
from flask import Flask, jsonify, request
from sqlalchemy import select

from model import Item, Job, Session, secret

app = Flask(__name__)
_channel = None


def channel():
    """One a process, kept."""
    global _channel
    if _channel is None or _channel.is_closed:
        credentials = pika.PlainCredentials("haplat", secret("rabbitmq-password"))
        connection = pika.BlockingConnection(pika.ConnectionParameters("rabbitmq", credentials=credentials, heartbeat=600))
        _channel = connection.channel()
        _channel.queue_declare("peer_tasks", durable=True)
        _channel.confirm_delivery()
    return _channel


@app.get("/items")
def list_items():
    limit = min(int(request.args.get("limit", 50)), 100)
    with Session() as session:
        items = session.scalars(select(Item).order_by(Item.seq).limit(limit)).all()
        return jsonify(items=[item.shown() for item in items])


@app.post("/items")
def create_item():
    body = request.get_json()
    if not isinstance(body.get("name"), str) or not 0 < len(body["name"]) <= 200:
        return jsonify(error="name"), 422
    with Session() as session:
        item = Item(name=body["name"], description=body.get("description"), data=body.get("data"))
        session.add(item)
        session.commit()
        return jsonify(item.shown()), 201


@app.post("/items/<uuid:item_id>/process")
def process(item_id):
    with Session() as session:
        item = session.get(Item, item_id)
        if item is None:
            return jsonify(error="no such item"), 404
        item.status = "processing"
        job = Job(item_id=item_id)
        session.add(job)
        session.commit()
    message = json.dumps({"jobId": str(job.id), "itemId": str(item_id)})
    channel().basic_publish("", "peer_tasks", message, pika.BasicProperties(delivery_mode=2))
    return jsonify(jobId=str(job.id), state="queued"), 202
