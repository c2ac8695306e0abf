/// Goes through the fields of a message between members, to read them or to write them.
protocol FieldVisitor {
    /// Writing does not fail.
    associatedtype Failure: Error

    mutating func required<Value>(
        _ name: FieldName, _ value: inout Value, _ coding: FieldCoding<Value>) throws(Failure)
    /// Nil where the field is absent or null.
    mutating func optional<Value>(
        _ name: FieldName, _ value: inout Value?, _ coding: FieldCoding<Value>) throws(Failure)
    /// Checks what was read: how fields belong together.
    mutating func check(_ test: (Fields) throws(Malformed) -> Void) throws(Failure)
}

extension FieldVisitor {
    /// False where the field is absent or null.
    mutating func optionalFlag(_ name: FieldName, _ value: inout Bool) throws(Failure) {
        var flag = value ? true : nil
        try optional(name, &flag, .flag)
        value = flag ?? false
    }
}

/// How the value of a field is read and written.
struct FieldCoding<Value> {
    let read: (Fields, FieldName) throws(Malformed) -> Value
    let write: (inout MessageWriter, Value) -> Void
}

extension FieldCoding<Int> {
    /// A term, an index, or another count.
    static var count: Self {
        Self { fields, name throws(Malformed) in
            try fields.count(name)
        } write: {
            $0.bytes.append($1)
        }
    }
}

extension FieldCoding<Bool> {
    static var flag: Self {
        Self { fields, name throws(Malformed) in
            try fields.flag(name)
        } write: {
            $0.bytes.append($1)
        }
    }
}

extension FieldCoding<String> {
    static func string(_ expected: String = "a string") -> Self {
        Self { fields, name throws(Malformed) in
            try fields.string(name, expected)
        } write: {
            $0.bytes.append(quoted: $1)
        }
    }

    /// The sender: nobody else can be a candidate or a leader in its name.
    static var sender: Self {
        let expected = "the id of the member that sends this"
        return Self { fields, name throws(Malformed) in
            let id = try fields.string(name, expected)
            guard id.isSame(as: fields.source) else { throw fields.wrong(name, expected) }
            return id
        } write: {
            $0.bytes.append(quoted: $1)
        }
    }
}

extension FieldCoding<[String]> {
    static func strings(_ expected: String) -> Self {
        Self { fields, name throws(Malformed) in
            try fields.decode(name, expected)
        } write: {
            $0.bytes.append(quoted: $1)
        }
    }
}

extension Fields: FieldVisitor {
    func required<Value>(
        _ name: FieldName, _ value: inout Value, _ coding: FieldCoding<Value>
    ) throws(Malformed) {
        value = try coding.read(self, name)
    }

    func optional<Value>(
        _ name: FieldName, _ value: inout Value?, _ coding: FieldCoding<Value>
    ) throws(Malformed) {
        value = has(name) ? try coding.read(self, name) : nil
    }

    func check(_ test: (Fields) throws(Malformed) -> Void) throws(Malformed) { try test(self) }
}

extension MessageWriter: FieldVisitor {
    mutating func required<Value>(_ name: FieldName, _ value: inout Value, _ coding: FieldCoding<Value>) {
        append(name)
        coding.write(&self, value)
    }

    mutating func optional<Value>(_ name: FieldName, _ value: inout Value?, _ coding: FieldCoding<Value>) {
        guard let value else { return }
        append(name)
        coding.write(&self, value)
    }

    func check(_ test: (Fields) throws(Malformed) -> Void) {}
}
