import XCTest

/// Typed sessions with transactions.
final class TransactionSessionTests: DataDirectoryTestCase {
    private func txn(_ list: String, id: Int) -> String {
        line(#"{"type":"txn","msg_id":\#(id),"txn":\#(list)}"#)
    }

    private func bodies(_ output: [String]) -> [String] {
        output.dropFirst().map {
            String($0.dropFirst(#"{"src":"n0","dest":"c1","body":"#.utf8.count).dropLast())
        }
    }

    func testTheSessionOfTheREADMEIsAnsweredAsItSays() throws {
        let result = try session([
            initLine(["n0"]), txn(#"[["r",1,null],["append",1,6],["w",2,9]]"#, id: 2),
            txn(#"[["append",1,7],["r",1,null],["r",2,null]]"#, id: 3),
            txn(#"[["append",1,8],["append",2,8]]"#, id: 4),
        ])
        XCTAssertEqual(
            bodies(result.output),
            [
                #"{"type":"txn_ok","in_reply_to":2,"txn":[["r",1,null],["append",1,6],["w",2,9]]}"#,
                #"{"type":"txn_ok","in_reply_to":3,"txn":[["append",1,7],["r",1,[6,7]],["r",2,9]]}"#,
                #"{"type":"error","in_reply_to":4,"code":22,"text":"txn[1] appends to 2, whose value is no list; nothing of the transaction happened"}"#,
            ])
    }

    func testCopiesAreAnsweredAsBeforeAfterARestartFromLogOrSnapshot() throws {
        for options in [options, options + ["--snapshot-every", "2"]] {
            let requests = [
                txn(#"[["append","x",1],["r","x",null]]"#, id: 2),
                txn(#"[["append","x",{"a b":[]}],["r","x",null]]"#, id: 3),
                txn(#"[["w","y",1],["append","y",2]]"#, id: 4),
            ]
            let first = try session([initLine(["n0"])] + requests, options)
            let again = try session([initLine(["n0"])] + requests + [read], options)
            XCTAssertEqual(again.output.dropLast(), first.output[...])
            XCTAssertEqual(
                bodies(again.output).last, #"{"type":"read_ok","in_reply_to":99,"value":[1,{"a b":[]}]}"#)
        }
    }
}
