import Domain
import Testing

@Suite("Addresses")
struct AddressTests {
  @Test(
    "one recipient is one address, and nothing else is",
    arguments: [
      ("a@b.example", true), ("Ann B <a@b.example>", true), ("\"B, Ann\" <a@b.example>", true),
      ("甲 <a@b.example>", true),
      ("a@b.example <A@B.example>", true), ("<a@b.example>", true),
      ("evil@x.example, bob@corp.example", false), ("evil@x.example, Bob <bob@corp.example>", false),
      ("Bob <bob@corp.example> evil@x.example", false), ("Bob <bob@corp.example>, <evil@x.example>", false),
      ("a@b.example;c@d.example", false), ("a@b@c.example", false), ("a b", false), ("", false), ("@b.example", false),
      ("a@", false), ("Bob bob@x.example", false), ("Bob <bob @x.example>", false), (" a@b.example ", true),
      ("a@b.example\r\nBcc: c@d.example", false), ("a@b.example>", false), ("ä@b.example", false),
      ("(c@d.example) <a@b.example", false),
    ])
  func single(text: String, isSingle: Bool) { #expect(Address(text).isSingle == isSingle, "\(text)") }
}
