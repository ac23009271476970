// What a person is shown of a step before deciding: a pure function of the step and its stored images. Its text
// form, not any screen, is what the preview digest covers.

import Domain

/// One line of a preview body.
package struct PreviewLine: Hashable, Sendable {
  package enum Role: String, Sendable, Hashable, CaseIterable {
    /// A line both texts have, one that goes, one that comes.
    case context, removed, added
    /// Ringi's own words: names of fields, counts, headings.
    case label
    /// Content of a message or a record, as it goes out.
    case content
    case warning
    /// Where unchanged lines are left out.
    case gap
  }
  package let role: Role
  /// Line number in the old or new text, from 1; 0 for none.
  package let number: Int
  /// Raw: not yet safe for the screen.
  package let text: String
  /// Scalar offsets of the words that differ.
  package let marks: [Range<Int>]
  /// The change it belongs to, from 0.
  package let change: Int?

  package init(_ role: Role, _ text: String, number: Int = 0, marks: [Range<Int>] = [], change: Int? = nil) {
    self.role = role
    self.number = number
    self.text = text
    self.marks = marks
    self.change = change
  }
}

/// The body of a preview: lines, and how many changes they hold.
package struct Preview: Hashable, Sendable {
  package let lines: [PreviewLine]
  package let changes: Int

  package init(lines: [PreviewLine], changes: Int) {
    self.lines = lines
    self.changes = changes
  }

  /// The text the preview digest covers, docket first.
  /// - Parameter docket: the docket's text, as it is now or as it was recorded.
  package func text(docket: String) -> String {
    var out = [docket]
    for line in lines {
      let sign =
        switch line.role {
        case .added: "+"
        case .removed: "-"
        case .context: " "
        case .label: "#"
        case .content: ">"
        case .warning: "!"
        case .gap: "~"
        }
      out.append("\(sign)\(line.number == 0 ? "" : String(line.number)) \(line.text)")
    }
    return out.joined(separator: "\n") + "\n"
  }
}

extension Preview {
  package var bytes: [UInt8] {
    var out = FieldWriter()
    out.put("ringi-preview", 1)
    out.put("changes", changes)
    for line in lines {
      out.put("line") {
        $0.put("role", line.role.rawValue)
        $0.put("number", line.number)
        $0.put("change", line.change ?? -1)
        $0.put("marks", line.marks.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: " "))
        $0.put("text", line.text)
      }
    }
    return out.bytes
  }

  package init(bytes: [UInt8]) throws(FieldFault) {
    var reader = FieldReader(bytes)
    guard try reader.int("ringi-preview") == 1 else { throw FieldFault(key: "ringi-preview", expected: "version 1") }
    let changes = try reader.int("changes")
    var lines: [PreviewLine] = []
    while !reader.isAtEnd {
      var inner = FieldReader(try reader.bytes("line"))
      guard let role = PreviewLine.Role(rawValue: try inner.string("role")) else {
        throw FieldFault(key: "role", expected: "a known role")
      }
      let (number, change) = (try inner.int("number"), try inner.int("change"))
      let marks = try inner.string("marks").split(separator: " ").compactMap { part -> Range<Int>? in
        let ends = part.split(separator: "-").compactMap { Int($0) }
        return ends.count == 2 && ends[0] <= ends[1] ? ends[0]..<ends[1] : nil
      }
      lines.append(
        PreviewLine(role, try inner.string("text"), number: number, marks: marks, change: change < 0 ? nil : change))
    }
    self.init(lines: lines, changes: changes)
  }
}
