import Consensus
import Detours
import KeyValue

extension Hello: PeerMessageBody {
    static let name = "hello"
    static var blank: Self {
        Self(own: LinkStateAdvertisement(member: "", number: 0, missed: []), holds: 0, asks: false)
    }

    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
        try fields.check { own.member = $0.source }
        try fields.required("number", &own.number, .count)
        try fields.required("missed", &own.missed, .strings("an array of the ids of members"))
        try fields.required("holds", &holds, .count)
        try fields.optionalFlag("asks", &asks)
        var advertisements = others.isEmpty ? nil : others
        try fields.optional("others", &advertisements, .advertisements)
        others = advertisements ?? []
        try fields.optional("total", &total, .count)
    }

    var peerMessage: PeerMessage { .hello(self) }
}

extension FieldCoding<[LinkStateAdvertisement]> {
    /// Each is a member, its number, and the members that it misses, all escaped: `n0 1500000 n1 n2`.
    fileprivate static var advertisements: Self {
        Self(
            expected: "an array of lists: a member, a number, and members, with blanks between",
            read: {
                guard let texts = try? $0.container.decode([String].self, forKey: $1) else { return nil }
                let lists = texts.compactMap { text -> LinkStateAdvertisement? in
                    let words = text.split(separator: " ", omittingEmptySubsequences: false)
                    guard words.count >= 2, let number = Int(words[1]), Fields.counts.contains(number),
                        let member = Word.unescape(words[0])
                    else { return nil }
                    let missed = words.dropFirst(2).compactMap { Word.unescape($0) }
                    guard missed.count == words.count - 2 else { return nil }
                    return LinkStateAdvertisement(member: member, number: number, missed: missed)
                }
                return lists.count == texts.count ? lists : nil
            },
            write: { writer, lists in
                let texts = lists.map { list in
                    ([Word.escape(list.member), String(list.number)] + list.missed.map(Word.escape))
                        .joined(separator: " ")
                }
                writer.bytes.append(quoted: texts)
            })
    }
}
