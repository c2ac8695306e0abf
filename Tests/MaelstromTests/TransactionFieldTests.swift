import Consensus
import KeyValue
import Maelstrom
import XCTest

/// The field `txn` of a request.
final class TransactionFieldTests: XCTestCase {
    private func decoded(_ list: String) -> Input {
        decode(line(#"{"type":"txn","msg_id":1,"txn":\#(list)}"#))
    }

    func testEachMicroOperationIsReadAsWhatItAsks() {
        XCTAssertEqual(
            decoded(#"[["r",1,null],["append","x",6],["w",null,[]]]"#).operation,
            .update(
                .transaction(
                    Transaction([
                        .read(key: 1), .append(key: JSONValue(canonical: #""x""#), element: 6),
                        .write(key: .null, value: JSONValue(canonical: "[]")),
                    ]))))
    }

    func testATransactionThatOnlyReadsIsAQuery() {
        XCTAssertEqual(decoded("[]").operation, .query(.transaction(Transaction([]))))
        XCTAssertEqual(
            decoded(#"[["r",1,null],["r",2,null]]"#).operation,
            .query(.transaction(Transaction([.read(key: 1), .read(key: 2)]))))
    }

    func testKeysAndValuesBecomeCanonicalWhereverTheyStand() {
        let typed =
            #"[ ["\u0077", 1.0, {"b": [1e0, "\u00e9 x"], "a": -0}], ["append", "x", "y"] ,["r","\u0078",null]]"#
        guard case .update(.transaction(let transaction))? = decoded(typed).operation else {
            return XCTFail("no transaction")
        }
        XCTAssertEqual(
            transaction.json().text, #"[["w",1,{"a":0,"b":[1,"é x"]}],["append","x","y"],["r","x",null]]"#)
    }

    func testTheErrorNamesTheMicroOperationThatMakesNoSense() {
        let shapes = #"["r", key, null], ["w", key, value] or ["append", key, element]"#
        let lists: [(list: String, text: String)] = [
            ("{}", "txn must be a list of micro-operations, each \(shapes)"),
            (#""r""#, "txn must be a list of micro-operations, each \(shapes)"),
            (#"["r",1,null]"#, #"txn[0] must be \#(shapes); it is "r""#),
            (#"[["r",1,null],["x",1,2]]"#, #"txn[1] must be \#(shapes); it is ["x",1,2]"#),
            (#"[["r",1,2]]"#, #"txn[0] must be \#(shapes); it is ["r",1,2]"#),
            (#"[["r",1]]"#, #"txn[0] must be \#(shapes); it is ["r",1]"#),
            (#"[["w",1,2,3]]"#, #"txn[0] must be \#(shapes); it is ["w",1,2,3]"#),
            (#"[[]]"#, #"txn[0] must be \#(shapes); it is []"#),
            (#"[["w",1,2],["w",[[2]],18446744073709551616]]"#, "txn[1] must hold no integer beyond 64 bits"),
            (
                #"[["w",[1],2],["w",2,1e400]]"#,
                "txn[1] must be a JSON value of whole strings and of numbers within the range of a double"
            ),
            (
                #"[["w",1,{"a":1,"a":2}]]"#,
                "txn[0] must hold no object with a field twice, and one has a twice"
            ),
        ]
        for (list, text) in lists {
            let refusal = decoded(list).refusal
            XCTAssertEqual(refusal?.code, .malformedRequest, list)
            XCTAssertEqual(refusal?.text, "txn: " + text, list)
        }
    }

    func testAnEntryHoldsATransactionAsItsParts() {
        let typed = #"1 c1 3 txn \"w\" 1.0 {\"b\":1,\"a\":2} \"r\" \"x y\" null"#
        let append = decode(
            line(
                from: "n1",
                #"{"type":"append_entries","msg_id":1,"term":1,"leader_id":"n1","prev_log_index":0,"prev_log_term":0,"entries":["\#(typed)"],"leader_commit":0}"#
            ))
        guard case .command(let command)? = append.entries?.first?.payload else { return XCTFail("no entry") }
        XCTAssertEqual(command.text, #"c1 3 txn "w" 1 {"a":2,"b":1} "r" "x y" null"#)
        XCTAssertEqual(
            command.id,
            Command(
                command.id,
                .transaction(
                    Transaction([
                        .write(key: 1, value: JSONValue(canonical: #"{"a":2,"b":1}"#)),
                        .read(key: JSONValue(canonical: #""x y""#)),
                    ]))
            ).id)
    }
}
