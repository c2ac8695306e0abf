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

    init(_ source: JSONSource) {
        self.source = source
        outline = Outline(of: source.bytes)
    }

    // MARK: - Strings and numbers

    /// What JSONDecoder reads at `slots`, which are those of strings and numbers. It reads all of them at once: a call
    /// costs more than a value.
    func scalars(at slots: [Int]) throws -> [Int: String] {
        if slots.isEmpty { return [:] }
        let elements = slots.map { bytes[outline[$0].bytes] }
        let scalars = try source.decoder.decode(Scalars.self, fromArrayOf: elements)
        return Dictionary(uniqueKeysWithValues: zip(slots, scalars.texts))
    }

    /// - Parameter scalars: those that are not plain.
    func string(at slot: Int, _ scalars: [Int: String]) -> String {
        scalars[slot] ?? String(decoding: content(of: slot), as: UTF8.self)
    }

    /// The bytes of the string at `slot`, without its quotes.
    private func content(of slot: Int) -> Slice<UnsafeRawBufferPointer> { bytes[outline[slot].content] }

    // MARK: - Fields

    /// The names of an object's fields, each with its slot.
    private func names(of object: Int) throws -> [(name: String, slot: Int)] {
        let fields = Array(outline.fields(of: object))
        let scalars = try scalars(at: fields.filter { !outline[$0].isPlain })
        return fields.map { (string(at: $0, scalars), $0) }
    }

    /// The slot of the value of the first field of that name, which is the one that JSONDecoder keeps.
    func value(of name: String, in object: Int) -> Int? {
        let fields = outline.fields(of: object)
        if let slot = fields.first(where: { isSame(content(of: $0), name.utf8) }) { return slot + 1 }
        guard fields.contains(where: { !outline[$0].isPlain }), let names = try? names(of: object) else {
            return nil
        }
        return names.first { $0.name == name }.map { $0.slot + 1 }
    }

    /// - Throws: where two fields of the object have a name that JSONDecoder takes for the same: it keeps one of them.
    func checkNames(of what: String, at slot: Int) throws(Malformed) {
        guard !hasPlainlyDifferentNames(slot), let names = try? names(of: slot).map(\.name).sorted(),
            let name = Self.repeatedName(in: names)
        else { return }
        throw Malformed(text: "\(what) must name no field twice, and \(name) is there twice")
    }

    /// Whether the names of an object are seen at a glance to be different, as those of nearly all messages.
    private func hasPlainlyDifferentNames(_ object: Int) -> Bool {
        let fields = Array(outline.fields(of: object))
        return fields.count < 16 && fields.allSatisfy { outline[$0].isPlain }
            && fields.indices.allSatisfy { position in
                let name = content(of: fields[position])
                return !fields[..<position].contains { isSame(content(of: $0), name) }
            }
    }

    /// Lengths are compared first: names seldom have the same.
    private func isSame(_ left: Slice<UnsafeRawBufferPointer>, _ right: some Collection<UInt8>) -> Bool {
        left.count == right.count && left.elementsEqual(right)
    }

    static func repeatedName(in sorted: [String]) -> String? {
        zip(sorted, sorted.dropFirst()).first { $0 == $1 }?.1
    }
}

extension JSONDecoder {
    /// Reads an array.
    /// - Parameter elements: the text of each.
    func decode<Content: DecodableWithConfiguration>(
        _ type: Content.Type, fromArrayOf elements: some Sequence<some Sequence<UInt8>>
    ) throws -> Content where Content.DecodingConfiguration == JSONSource {
        var array: [UInt8] = []
        for element in elements {
            array.append(array.isEmpty ? UInt8(ascii: "[") : UInt8(ascii: ","))
            array += element
        }
        array.append("]")
        return try array.withUnsafeBytes { bytes in
            let source = JSONSource(bytes: bytes, decoder: self)
            guard source.isUTF8 else { throw CocoaError(.fileReadInapplicableStringEncoding) }
            return try decode(type, from: Data(bytes), configuration: source)
        }
    }
}
