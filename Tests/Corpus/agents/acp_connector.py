"""An agent (ACP, stdio) that calls the connector it was given (the first MCP server that is not Ringi's own tools).

Arguments: the calls, as JSON: [["create_draft", {…}], …]. What each was answered goes to the file answers.txt of its folder.
"""

import json
import os
import subprocess
import sys

calls = json.loads(sys.argv[1])
folder, servers = "", []


def say(message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)


def work(server):
    env = {**os.environ, **{entry["name"]: entry["value"] for entry in server["env"]}}
    pipe = subprocess.Popen(
        [server["command"], *server["args"]], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(number, method, params):
        print(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}), file=pipe.stdin, flush=True)
        for line in pipe.stdout:
            message = json.loads(line)
            if message.get("id") == number:
                return message["result"]

    ask(0, "initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}})
    with open(os.path.join(folder, "answers.txt"), "w") as file:
        for number, (tool, arguments) in enumerate(calls, 1):
            result = ask(number, "tools/call", {"name": tool, "arguments": arguments, "_meta": {"progressToken": number}})
            file.write(("ERROR " if result.get("isError") else "") + result["content"][0]["text"] + "\n")
    pipe.stdin.close()
    pipe.wait()


for line in sys.stdin:
    message = json.loads(line)
    match message.get("method"):
        case "initialize":
            say({"id": message["id"], "result": {"protocolVersion": 1, "agentCapabilities": {}}})
        case "session/new":
            folder = message["params"]["cwd"]
            servers = [server for server in message["params"]["mcpServers"] if server["name"] != "ringi"]
            say({"id": message["id"], "result": {"sessionId": "s"}})
        case "session/prompt":
            work(servers[0])
            say({"id": message["id"], "result": {"stopReason": "end_turn"}})
