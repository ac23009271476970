// Long work as people watch it: what it is, a bar, how much of how much, and how long it will still take.

import Domain

enum WorkBar {
  private static let width = 16

  static func words(_ work: Work, _ model: Model) -> String {
    let percent = work.percent
    let full = percent * width / 100
    let (on, off) = model.isASCII ? ("#", ".") : ("█", "░")
    let bar = String(repeating: on, count: full) + String(repeating: off, count: width - full)
    let name =
      switch work.kind {
      case .reading: "taking a copy"
      case .placing: "putting in place"
      }
    let size = "\(ByteCount.words(work.progress.done)) of \(ByteCount.words(work.progress.total))"
    return "\(name) \(bar) \(percent) %, \(size)\(left(work, model))"
  }

  /// Once it can be told, from what it took so far.
  private static func left(_ work: Work, _ model: Model) -> String {
    let spent = model.time.milliseconds - work.since.milliseconds
    guard work.percent >= 3, spent >= 1_000 else { return "" }
    let left = spent * Int64(100 - work.percent) / Int64(work.percent)
    return left < 1_000 ? "" : ", about \(TimeLength.words(left)) left"
  }
}
