/// Decodes repetitive lines quickly. Nodes print the same lines with other numbers. JSONDecoder reads the first line of
/// each shape, and again with each of its numbers changed, which shows where that number goes. From later lines only
/// the numbers are read. Unusual lines are left to JSONDecoder; this type never decides what is valid JSON.
struct LineShapes {
    private enum Place {
        case source, destination, inReplyTo, value, code
        /// A number that the bench ignores.
        case none
    }

    private struct Shape {
        /// The line with a 0 byte for each number.
        var skeleton: [UInt8]
        /// Where each number goes; nil if lines of this shape are always decoded.
        var places: [Place]?
        var example: Envelope
    }

    /// The length limit; longer lines are rarely alike.
    private static let longest = 256
    private static let mostNumbers = 16
    /// The largest number of learned shapes.
    private static let mostShapes = 1000

    private var shapes: [UInt64: Shape] = [:]
    private var skeleton: [UInt8] = []
    private var numbers: [Int] = []
    private var spans: [Range<Int>] = []

    /// - Parameter decode: reads a line in full.
    /// - Throws: what `decode` throws.
    mutating func read(
        _ line: UnsafeRawBufferPointer.SubSequence,
        decode: (UnsafeRawBufferPointer.SubSequence) throws -> Envelope
    ) throws -> Envelope {
        guard line.count <= LineShapes.longest, let hash = scan(line) else { return try decode(line) }
        if let shape = shapes[hash] {
            guard let places = shape.places, shape.skeleton == skeleton else { return try decode(line) }
            return fill(shape.example, places)
        }
        let envelope = try decode(line)
        if shapes.count < LineShapes.mostShapes {
            let found = learn(line, envelope, decode)
            shapes[hash] = Shape(skeleton: skeleton, places: found, example: envelope)
        }
        return envelope
    }

    /// Splits a line into its skeleton and its numbers.
    /// - Returns: the skeleton's hash; nil for a line to be decoded.
    private mutating func scan(_ line: UnsafeRawBufferPointer.SubSequence) -> UInt64? {
        skeleton.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        spans.removeAll(keepingCapacity: true)
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        var index = line.startIndex
        while index < line.endIndex {
            var byte = line[index]
            if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                let start = index
                var number = 0
                while index < line.endIndex, case let digit = line[index], digit >= 48, digit <= 57 {
                    guard index - start < 18 else { return nil }
                    number = number * 10 + Int(digit - 48)
                    index += 1
                }
                // JSONDecoder decides about leading zeros.
                if byte == UInt8(ascii: "0"), index - start > 1 { return nil }
                guard numbers.count < LineShapes.mostNumbers else { return nil }
                numbers.append(number)
                spans.append(start - line.startIndex..<index - line.startIndex)
                byte = 0
            } else {
                // The byte 0 marks numbers, and escapes are too rare to handle.
                if byte == 0 || byte == UInt8(ascii: "\\") { return nil }
                index += 1
            }
            skeleton.append(byte)
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return hash
    }

    private func fill(_ example: Envelope, _ places: [Place]) -> Envelope {
        var envelope = example
        for (index, place) in places.enumerated() {
            switch place {
            case .source: envelope.source = .node(numbers[index])
            case .destination:
                envelope.destination =
                    if case .client = envelope.destination { .client(numbers[index]) } else {
                        .node(numbers[index])
                    }
            case .inReplyTo: envelope.reply?.inReplyTo = numbers[index]
            case .value: envelope.reply?.value = .integer(numbers[index])
            case .code: envelope.reply?.code = numbers[index]
            case .none: break
            }
        }
        return envelope
    }

    /// - Returns: where each number goes; nil if that is ambiguous.
    private func learn(
        _ line: UnsafeRawBufferPointer.SubSequence, _ original: Envelope,
        _ decode: (UnsafeRawBufferPointer.SubSequence) throws -> Envelope
    ) -> [Place]? {
        guard original.reply?.unexpected.isEmpty != false else { return nil }
        var places: [Place] = []
        for span in spans {
            var changed = Array(line)
            changed.replaceSubrange(span, with: Array("7654321".utf8))
            let other = changed.withUnsafeBytes { try? decode($0[...]) }
            guard let other, let place = LineShapes.difference(original, other) else { return nil }
            places.append(place)
        }
        // This detects signs and fractions of numbers.
        return fill(original, places) == original ? places : nil
    }

    private static func difference(_ one: Envelope, _ other: Envelope) -> Place? {
        if one == other { return Place.none }
        let copies: [(place: Place, copy: (inout Envelope) -> Void)] = [
            (.source, { $0.source = other.source }),
            (.destination, { $0.destination = other.destination }),
            (.inReplyTo, { $0.reply?.inReplyTo = other.reply?.inReplyTo }),
            (.value, { $0.reply?.value = other.reply?.value }),
            (.code, { $0.reply?.code = other.reply?.code }),
        ]
        return copies.first { _, copy in
            var changed = one
            copy(&changed)
            return changed == other
        }?.place
    }
}
