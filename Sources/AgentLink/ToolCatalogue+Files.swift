// The tools for files, for agents that have no other way to them: what they read is recorded, what they write is prepared.

import Domain

extension ToolCatalogue {
  static let fileInstructions = """
     Files: a path is relative to the main folder, begins with another folder's name, or is absolute; file_list without a \
    path names the folders. What you write is prepared, not yet in place: you read your own work back, and the real \
    files change when a person finishes the review. Long answers come in pages.
    """

  private static let page: [(String, String, String, Bool)] = [
    ("line", "integer", "where the page begins, from 1; the answer says where the next one does", false),
    ("limit", "integer", "how many lines at most; 2000 when left out", false),
  ]

  static let fileTools: [Tool] = [
    Tool(
      name: "file_list", about: "List a folder: size in bytes and path of each file. Without a path: all folders.",
      parameters: named(
        [
          ("path", "string", "a folder", false), ("deep", "boolean", "with everything in the folders below", false),
        ] + page)),
    Tool(
      name: "file_search",
      about:
        "Find lines that hold some words, in the text files of a folder and those below: path:line: text. No pattern; case counts only beyond A to Z.",
      parameters: named(
        [
          ("words", "string", "what the line must hold, exactly", true),
          ("path", "string", "a folder; the main one when left out", false),
        ] + page)),
    Tool(
      name: "file_read", about: "Read a text file (UTF-8), as it is with your own prepared changes.",
      parameters: named([("path", "string", "the file", true)] + page)),
    Tool(
      name: "file_write",
      about: "Propose a text file's whole new content; its folders are made with it. To change a part, use file_edit.",
      parameters: named([
        ("path", "string", "the file", true), ("text", "string", "all of its content", true),
        ("reason", "string", "why, for the person who decides", false),
      ])),
    Tool(
      name: "file_edit",
      about:
        "Propose to replace a piece of a text file by another. The piece must stand there exactly once, unless `everywhere`.",
      parameters: named([
        ("path", "string", "the file", true),
        ("old", "string", "the piece as it stands, with enough around it to be the only one", true),
        ("new", "string", "what stands there instead", true),
        ("everywhere", "boolean", "replace it wherever it stands", false),
        ("reason", "string", "why, for the person who decides", false),
      ])),
    Tool(
      name: "folder_make", about: "Propose a new folder, which may stay empty.",
      parameters: named([
        ("path", "string", "the folder", true), ("reason", "string", "why, for the person who decides", false),
      ])),
  ]

  /// nil for a tool that is none of these.
  static func fileRequest(_ tool: String, _ arguments: Arguments) throws(ToolFault) -> Request? {
    func path(_ name: String) throws(ToolFault) -> [UInt8] { Array(try arguments.text(name).utf8) }
    func read(_ effect: ProposedEffect) throws(ToolFault) -> Request {
      .read(
        Proposal(effect: effect, claims: Claims()), line: try arguments.optionalNumber("line"),
        limit: try arguments.optionalNumber("limit"))
    }
    func write(_ effect: ProposedEffect) throws(ToolFault) -> Request {
      .proposal(Proposal(effect: effect, claims: Claims(reason: try arguments.optional("reason"))))
    }
    switch tool {
    case "file_list":
      let path = Array(try arguments.optional("path").utf8)
      return try read(.look(path: path, arguments.flag("deep") ? .tree : .list))
    case "file_search":
      let path = Array(try arguments.optional("path").utf8)
      return try read(.look(path: path, .search(try arguments.text("words"))))
    case "file_read": return try read(.read(path: try path("path")))
    case "file_write": return try write(.write(path: try path("path"), text: try path("text")))
    case "file_edit":
      return try write(
        .replace(
          path: try path("path"), old: try path("old"), new: try path("new"), everywhere: arguments.flag("everywhere")))
    case "folder_make": return try write(.makeFolder(path: try path("path")))
    default: return nil
    }
  }
}
