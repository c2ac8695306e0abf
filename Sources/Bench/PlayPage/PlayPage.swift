/// The page of a live cluster, which asks for its state and gives the commands that are clicked.
package enum PlayPage {
    package static var html: [UInt8] {
        let parts = [
            "STYLE": PackageResources.play_css,
            "SCRIPT": PackageResources.controls_js + PackageResources.picture_js + PackageResources.play_js,
        ]
        var page: [UInt8] = []
        for line in PackageResources.play_html.split(separator: UInt8(ascii: "\n")) {
            page += parts[String(decoding: line, as: UTF8.self)] ?? Array(line)
            page.append(UInt8(ascii: "\n"))
        }
        return page
    }

    /// An SVG picture.
    package static var icon: [UInt8] { PackageResources.play_svg }
}
