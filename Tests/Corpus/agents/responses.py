"""A model of the Responses API on loopback, for tests of Codex: says the steps of a file, one after each answer it hears.

Arguments: the file, a list of {"patch": TEXT}, {"run": COMMAND} and {"say": TEXT}. Prints its port.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

steps = json.load(open(sys.argv[1]))


def output(step, number, tools):
    if "say" in step:
        text = {"type": "output_text", "text": step["say"], "annotations": []}
        return {"type": "message", "id": f"m{number}", "role": "assistant", "status": "completed", "content": [text]}
    common = {"id": f"i{number}", "call_id": f"c{number}", "status": "completed"}
    if "patch" in step:
        return {"type": "custom_tool_call", "name": "apply_patch", "input": step["patch"], **common}
    name = next(name for name in ("exec_command", "shell_command") if name in tools)
    words = {"exec_command": {"cmd": step["run"]}, "shell_command": {"command": step["run"]}}[name]
    return {"type": "function_call", "name": name, "arguments": json.dumps(words), **common}


class Model(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, body, kind):
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(b'{"object":"list","data":[],"models":[]}', "application/json")

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        heard = [item for item in request["input"] if str(item.get("type", "")).endswith("_call_output")]
        step = steps[len(heard)] if len(heard) < len(steps) else {"say": "done"}
        item = output(step, len(heard), {tool.get("name") for tool in request.get("tools", [])})
        response = {"id": f"r{len(heard)}", "object": "response", "status": "completed", "output": [item]}
        response["usage"] = {
            "input_tokens": 1, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 1,
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 2,
        }
        events = [
            ("response.created", {"response": {"id": response["id"], "status": "in_progress", "output": []}}),
            ("response.output_item.done", {"output_index": 0, "item": item}),
            ("response.completed", {"response": response}),
        ]
        lines = [f"event: {name}\ndata: {json.dumps({'type': name, **fields})}\n\n" for name, fields in events]
        self.answer("".join(lines).encode(), "text/event-stream")


server = HTTPServer(("127.0.0.1", 0), Model)
print(server.server_port, flush=True)
server.serve_forever()
