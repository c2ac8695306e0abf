import Page

/// The page of a live cluster, which asks for its state and gives the commands that are clicked.
package enum PlayPage {
    package static var html: [UInt8] {
        Page.html(
            PackageResources.play_html,
            [
                "STYLE": Page.text(Page.membersStyle, PackageResources.play_css),
                "SCRIPT": Page.text(
                    Page.elementsScript, PackageResources.controls_js, PackageResources.picture_js,
                    PackageResources.play_js),
            ])
    }

    /// An SVG picture.
    package static var icon: [UInt8] { PackageResources.play_svg }
}
