"""A model that follows a script: answers each request of the Messages API on loopback with the next tool call, then with
words. Usage: messages.py SCRIPT.json LOG; prints its port. The log gets what came of the calls so far, a line a request."""
import http.server
import json
import sys

script = json.load(open(sys.argv[1]))
log = open(sys.argv[2], "a")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self):
        self.answer("text/plain", b"")

    do_GET = do_HEAD

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        if "messages" not in asked or "count_tokens" in self.path:
            return self.answer("application/json", b'{"input_tokens":1}')
        contents = [m["content"] for m in asked["messages"] if isinstance(m["content"], list)]
        results = [part.get("content") for parts in contents for part in parts if part.get("type") == "tool_result"]
        print(json.dumps(results), file=log, flush=True)
        turn = script[len(results)] if asked.get("tools") and len(results) < len(script) else None
        block = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": "all done"}
        if turn:
            block = {"type": "tool_use", "id": "toolu_%d" % len(results), "name": turn["name"], "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(turn["input"])}
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": asked.get("model", ""), "content": [],
                   "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1}}
        stop = {"stop_reason": "tool_use" if turn else "end_turn", "stop_sequence": None}
        if not asked.get("stream"):
            message["content"] = [{**block, "input": turn["input"]} if turn else {"type": "text", "text": "all done"}]
            return self.answer("application/json", json.dumps({**message, **stop}).encode())
        events = [
            {"type": "message_start", "message": message},
            {"type": "content_block_start", "index": 0, "content_block": block},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": stop, "usage": {"output_tokens": 1}},
            {"type": "message_stop"},
        ]
        text = "".join("event: %s\ndata: %s\n\n" % (event["type"], json.dumps(event)) for event in events)
        self.answer("text/event-stream", text.encode())


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
