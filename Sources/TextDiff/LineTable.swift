/// Bytes cut into lines at LF. A line keeps its ending, so that CRLF, a missing last LF and every byte survive.
package struct LineTable: Sendable {
  package let bytes: [UInt8]
  /// Start of each line, and the end of the last.
  package let starts: [Int]

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var starts = [0]
    bytes.withUnsafeBufferPointer { buffer in
      for i in 0..<buffer.count where buffer[i] == 10 { starts.append(i + 1) }
    }
    if starts.last != bytes.count { starts.append(bytes.count) }
    self.starts = bytes.isEmpty ? [0] : starts
  }

  package var count: Int { starts.count - 1 }
  package subscript(line: Int) -> ArraySlice<UInt8> { bytes[starts[line]..<starts[line + 1]] }

  /// The line without its LF or CRLF.
  package func content(_ line: Int) -> ArraySlice<UInt8> {
    var slice = self[line]
    if slice.last == 10 { slice = slice.dropLast() }
    if slice.last == 13 { slice = slice.dropLast() }
    return slice
  }
}
