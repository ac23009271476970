// Tells consoles how far something long has come: four times a second, and only once it has taken a moment.

import Domain
import Storage

final class WorkTeller {
  private let store: DeskStore
  private let run: RunID
  private var since: Timestamp?
  private var toldAt: Int64 = 0
  private var isTold = false

  init(_ store: DeskStore, _ run: RunID) {
    self.store = store
    self.run = run
  }

  func tell(_ kind: Work.Kind, _ progress: Progress) {
    let now = Clocks.monotonic()
    guard let since else {
      since = store.clock.wall()
      toldAt = now
      return
    }
    guard now - toldAt >= 250 else { return }
    toldAt = now
    isTold = true
    store.tell(Work(kind: kind, progress: progress, since: since), of: run)
  }

  func end() {
    if isTold { store.tell(nil, of: run) }
    (since, isTold) = (nil, false)
  }
}
