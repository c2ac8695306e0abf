/// The ids of the nodes.
struct NodeNames: Hashable, Sendable {
    /// Nil where they are `n0`, `n1`, ...
    private let given: [String]?

    init(_ given: [String]? = nil) { self.given = given }

    /// The nodes by name; nil where they are `n0`, `n1`, ...
    var numbers: [String: Int]? {
        given.map { Dictionary(uniqueKeysWithValues: $0.enumerated().map { ($0.element, $0.offset) }) }
    }

    subscript(node: Int) -> String { given?[node] ?? "n\(node)" }

    /// Quoted, with spaces between them.
    func quoted(_ nodes: [Int], separator: String = " ") -> String {
        nodes.map { "\"\(self[$0])\"" }.joined(separator: separator)
    }

    /// With commas between them.
    func list(_ nodes: [Int]) -> String { nodes.map { self[$0] }.joined(separator: ", ") }
}
