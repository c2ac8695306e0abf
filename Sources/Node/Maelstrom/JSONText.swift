import FoundationEssentials

/// The text that is being decoded; what is decoded takes it along as its configuration.
struct JSONSource {
    let bytes: UnsafeRawBufferPointer
    let decoder: JSONDecoder
    /// Whether `bytes` lack what JSONDecoder cannot read; see `Nesting`.
    var isCut = false

    /// JSONDecoder reads UTF-16 and UTF-32 too, and knows them by such a byte. Nothing here does.
    var isUTF8: Bool { !bytes.prefix(4).contains(0) }
}

/// A text that JSONDecoder has found to be valid, and where what stands in it.
struct JSONText {
    let bytes: UnsafeRawBufferPointer
    let outline: Outline
    private let decoder: JSONDecoder
    private let escapedNames = EscapedNames()

    init(_ source: JSONSource) {
        bytes = source.bytes
        decoder = source.decoder
        outline = Outline(of: source.bytes)
    }

    /// The bytes of the string at `slot`, without its quotes.
    private func content(of slot: Int) -> Slice<UnsafeRawBufferPointer> {
        bytes[outline[slot].bytes].dropFirst().dropLast()
    }

    /// The names of an object's fields, as JSONDecoder reads them, each with its place.
    func names(of object: Int) throws -> [(name: String, slot: Int)] {
        try outline.fields(of: object).map { slot in
            let content = content(of: slot)
            if content.contains(UInt8(ascii: "\\")) {
                return (try escapedNames.name(at: slot, of: self), slot)
            }
            return (String(decoding: content, as: UTF8.self), slot)
        }
    }

    /// Names that are written with escapes. JSONDecoder reads all of a text at once, when the first is asked for: to
    /// begin costs more than to read one.
    private final class EscapedNames {
        private var names: [Int: String] = [:]

        func name(at slot: Int, of text: JSONText) throws -> String {
            if names.isEmpty {
                let slots = text.outline.objects.flatMap { object in
                    text.outline.fields(of: object).filter {
                        text.content(of: $0).contains(UInt8(ascii: "\\"))
                    }
                }
                var array: [UInt8] = []
                for slot in slots {
                    array.append(array.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
                    array.append(contentsOf: text.bytes[text.outline[slot].bytes])
                }
                array.append(UInt8(ascii: "]"))
                let strings = try text.decoder.decode([String].self, from: Data(array))
                names = Dictionary(uniqueKeysWithValues: zip(slots, strings))
            }
            return names[slot] ?? ""
        }
    }

    /// The place of the value of the first field of that name, which is the one that JSONDecoder keeps.
    func value(of name: String, in object: Int) -> Int? {
        var isDoubtful = false
        for slot in outline.fields(of: object) {
            let content = content(of: slot)
            if content.elementsEqual(name.utf8) { return slot + 1 }
            isDoubtful = isDoubtful || content.contains(UInt8(ascii: "\\"))
        }
        guard isDoubtful, let names = try? names(of: object) else { return nil }
        return names.first { $0.name == name }.map { $0.slot + 1 }
    }

    /// A name that two fields of the object have, or that JSONDecoder takes for the same: it keeps one of them.
    func repeatedName(in object: Int) -> String? {
        var seen: [Slice<UnsafeRawBufferPointer>] = []
        for slot in outline.fields(of: object) {
            let content = content(of: slot)
            guard seen.count < 16, content.allSatisfy({ $0 < 0x80 && $0 != UInt8(ascii: "\\") }) else {
                return (try? names(of: object)).flatMap { Self.repeatedName(in: $0.map(\.name).sorted()) }
            }
            for other in seen where other.count == content.count && other.elementsEqual(content) {
                return String(decoding: content, as: UTF8.self)
            }
            seen.append(content)
        }
        return nil
    }

    static func repeatedName(in sorted: [String]) -> String? {
        zip(sorted, sorted.dropFirst()).first { $0 == $1 }?.1
    }
}
