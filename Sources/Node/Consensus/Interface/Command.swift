/// The identity of a client's request (dissertation, 6.3): two commands with the same are copies of one request.
package struct RequestID: Hashable, Sendable {
    /// The digest of what is asked: people who type use one `msg_id` for everything, and other content is another
    /// request.
    package let digest: UInt64
    /// The client and its serial number: the two words that the command's text begins with. All ASCII, so `String`'s
    /// own `==` compares its bytes.
    package let head: String

    package init(head: String, digest: UInt64) {
        self.head = head
        self.digest = digest
    }

    /// That of a command which no client asked for.
    package static let none = RequestID(head: "", digest: 0)
}

/// A command for the state machine, and whose request it is. Consensus looks at neither.
package struct Command: Hashable, Sendable {
    package let id: RequestID
    package let text: String

    /// - Parameter id: that which `text` says; whoever makes a command reads it once.
    package init(_ text: String, of id: RequestID = .none) {
        self.id = id
        self.text = text
    }

    package static func == (left: Command, right: Command) -> Bool {
        left.text.isSame(as: right.text)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}
