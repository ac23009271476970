// Which documents have a copy with redlines, and what became of it: a flag offers only what its word would change.

import ConsoleUI
import Domain

extension ConsoleSession {
  mutating func readCopies(_ news: DeskReading) throws(RuntimeFault) {
    guard !news.findings.isEmpty, !news.steps.isEmpty || news.findings.count != copies.flags else { return }
    let desk = RedlineDesk(actions)
    let isAnew = news.isWhole || news.findings.count != copies.flags
    let steps = isAnew ? model.order.compactMap { model.steps[$0] } : news.steps
    if isAnew { copies = (news.findings.count, [:]) }
    for step in steps where step.basis != nil { copies.documents[step.id] = try desk.document(copiedBy: step) }
    let documents = Set(
      copies.documents.filter { model.steps[$0.key].map(RedlineDesk.isCopy) ?? false }.map(\.value))
    // Flags have to say what became of their copies.
    let isNews = isAnew || news.steps.contains { $0.basis != nil }
    let settled = try isNews ? desk.copies(of: run).filter { $0.value.state != .staged } : model.settledCopies
    guard documents != model.copiedDocuments || settled != model.settledCopies else { return }
    try deliver(.copies(of: documents, settled: settled))
  }
}
