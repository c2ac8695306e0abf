import Consensus

/// The text that is being decoded, as the configuration of what is decoded.
struct JSONSource {
    let bytes: UnsafeRawBufferPointer
    let decoder: JSONDecoder
    /// All members; none before `init`.
    var members: [NodeID] = []
    /// Whether `bytes` lack what JSONDecoder cannot read; see `Nesting`.
    var isCut = false

    /// JSONDecoder also reads UTF-16 and UTF-32, and takes a text with a zero byte at its start for one of them. The
    /// outline is of UTF-8 only.
    var isUTF8: Bool { !bytes.prefix(4).contains(0) }
}

/// A text that JSONDecoder has found to be valid, with its outline.
struct JSONText {
    let source: JSONSource
    let outline: Outline
    var bytes: UnsafeRawBufferPointer { source.bytes }
    private let escapedNames = EscapedNames()

    init(_ source: JSONSource) {
        self.source = source
        outline = Outline(of: source.bytes)
    }

    /// The bytes of the string at `slot`, without its quotes.
    private func content(of slot: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[outline[slot].content])
    }

    private func isEscaped(_ slot: Int) -> Bool {
        !outline[slot].isPlain && content(of: slot).contains(UInt8(ascii: "\\"))
    }

    /// The names of an object's fields, as JSONDecoder reads them, each with its slot.
    func names(of object: Int) throws -> [(name: String, slot: Int)] {
        try outline.fields(of: object).map { slot in
            if isEscaped(slot) { return (try escapedNames.name(at: slot, of: self), slot) }
            return (String(decoding: content(of: slot), as: UTF8.self), slot)
        }
    }

    /// Names that are written with escapes. JSONDecoder reads all those of a text when the first is needed: a call
    /// costs more than a name.
    private final class EscapedNames {
        private var names: [Int: String] = [:]

        func name(at slot: Int, of text: JSONText) throws -> String {
            if names.isEmpty {
                let slots = text.outline.objects.flatMap { object in
                    text.outline.fields(of: object).filter(text.isEscaped)
                }
                var array: [UInt8] = []
                for slot in slots {
                    array.append(array.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
                    array.append(contentsOf: text.bytes[text.outline[slot].bytes])
                }
                array.append(UInt8(ascii: "]"))
                let strings = try text.source.decoder.decode([String].self, from: Data(array))
                names = Dictionary(uniqueKeysWithValues: zip(slots, strings))
            }
            return names[slot] ?? ""
        }
    }

    /// The slot of the value of the first field of that name, which is the one that JSONDecoder keeps.
    func value(of name: String, in object: Int) -> Int? {
        var (copy, isDoubtful) = (name, false)
        let found: Int? = copy.withUTF8 { name in
            var slot = object + 1
            while slot < outline[object].next {
                if isSame(content(of: slot), UnsafeRawBufferPointer(name)) { return slot + 1 }
                isDoubtful = isDoubtful || !outline[slot].isPlain
                slot = Int(outline[slot + 1].next)
            }
            return nil
        }
        guard found == nil, isDoubtful, let names = try? names(of: object) else { return found }
        return names.first { $0.name == name }.map { $0.slot + 1 }
    }

    private func isSame(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        left.count == right.count && left.elementsEqual(right)
    }

    /// A name that two fields of the object have, or that JSONDecoder takes for the same: it keeps one of them.
    func repeatedName(in object: Int) -> String? {
        var count = 0
        var slot = object + 1
        while slot < outline[object].next {
            guard count < 16, outline[slot].isPlain else {
                return (try? names(of: object)).flatMap { Self.repeatedName(in: $0.map(\.name).sorted()) }
            }
            let content = content(of: slot)
            var other = object + 1
            while other < slot {
                if isSame(self.content(of: other), content) {
                    return String(decoding: content, as: UTF8.self)
                }
                other = Int(outline[other + 1].next)
            }
            slot = Int(outline[slot + 1].next)
            count += 1
        }
        return nil
    }

    func checkNames(of what: String, at slot: Int) throws(Malformed) {
        guard let name = repeatedName(in: slot) else { return }
        throw Malformed(text: "\(what) must name no field twice, and \(name) is there twice")
    }

    static func repeatedName(in sorted: [String]) -> String? {
        zip(sorted, sorted.dropFirst()).first { $0 == $1 }?.1
    }
}
