/* Written by contrib/html-entities from the names of HTML's standard. */
#include "daemon/extract/html_entity_table.h"

/* clang-format off */

const size_t html_entity_count = 2125;

const char html_entity_names[] =
	"AElig\0" "AMP\0" "Aacute\0" "Abreve\0" "Acirc\0" "Acy\0" "Afr\0" "Agrave\0" "Alpha\0"
	"Amacr\0" "And\0" "Aogon\0" "Aopf\0" "ApplyFunction\0" "Aring\0" "Ascr\0" "Assign\0"
	"Atilde\0" "Auml\0" "Backslash\0" "Barv\0" "Barwed\0" "Bcy\0" "Because\0" "Bernoullis\0"
	"Beta\0" "Bfr\0" "Bopf\0" "Breve\0" "Bscr\0" "Bumpeq\0" "CHcy\0" "COPY\0" "Cacute\0"
	"Cap\0" "CapitalDifferentialD\0" "Cayleys\0" "Ccaron\0" "Ccedil\0" "Ccirc\0" "Cconint\0"
	"Cdot\0" "Cedilla\0" "CenterDot\0" "Cfr\0" "Chi\0" "CircleDot\0" "CircleMinus\0"
	"CirclePlus\0" "CircleTimes\0" "ClockwiseContourIntegral\0" "CloseCurlyDoubleQuote\0"
	"CloseCurlyQuote\0" "Colon\0" "Colone\0" "Congruent\0" "Conint\0" "ContourIntegral\0"
	"Copf\0" "Coproduct\0" "CounterClockwiseContourIntegral\0" "Cross\0" "Cscr\0" "Cup\0"
	"CupCap\0" "DD\0" "DDotrahd\0" "DJcy\0" "DScy\0" "DZcy\0" "Dagger\0" "Darr\0" "Dashv\0"
	"Dcaron\0" "Dcy\0" "Del\0" "Delta\0" "Dfr\0" "DiacriticalAcute\0" "DiacriticalDot\0"
	"DiacriticalDoubleAcute\0" "DiacriticalGrave\0" "DiacriticalTilde\0" "Diamond\0"
	"DifferentialD\0" "Dopf\0" "Dot\0" "DotDot\0" "DotEqual\0" "DoubleContourIntegral\0"
	"DoubleDot\0" "DoubleDownArrow\0" "DoubleLeftArrow\0" "DoubleLeftRightArrow\0"
	"DoubleLeftTee\0" "DoubleLongLeftArrow\0" "DoubleLongLeftRightArrow\0"
	"DoubleLongRightArrow\0" "DoubleRightArrow\0" "DoubleRightTee\0" "DoubleUpArrow\0"
	"DoubleUpDownArrow\0" "DoubleVerticalBar\0" "DownArrow\0" "DownArrowBar\0"
	"DownArrowUpArrow\0" "DownBreve\0" "DownLeftRightVector\0" "DownLeftTeeVector\0"
	"DownLeftVector\0" "DownLeftVectorBar\0" "DownRightTeeVector\0" "DownRightVector\0"
	"DownRightVectorBar\0" "DownTee\0" "DownTeeArrow\0" "Downarrow\0" "Dscr\0" "Dstrok\0"
	"ENG\0" "ETH\0" "Eacute\0" "Ecaron\0" "Ecirc\0" "Ecy\0" "Edot\0" "Efr\0" "Egrave\0"
	"Element\0" "Emacr\0" "EmptySmallSquare\0" "EmptyVerySmallSquare\0" "Eogon\0" "Eopf\0"
	"Epsilon\0" "Equal\0" "EqualTilde\0" "Equilibrium\0" "Escr\0" "Esim\0" "Eta\0" "Euml\0"
	"Exists\0" "ExponentialE\0" "Fcy\0" "Ffr\0" "FilledSmallSquare\0" "FilledVerySmallSquare\0"
	"Fopf\0" "ForAll\0" "Fouriertrf\0" "Fscr\0" "GJcy\0" "GT\0" "Gamma\0" "Gammad\0" "Gbreve\0"
	"Gcedil\0" "Gcirc\0" "Gcy\0" "Gdot\0" "Gfr\0" "Gg\0" "Gopf\0" "GreaterEqual\0"
	"GreaterEqualLess\0" "GreaterFullEqual\0" "GreaterGreater\0" "GreaterLess\0"
	"GreaterSlantEqual\0" "GreaterTilde\0" "Gscr\0" "Gt\0" "HARDcy\0" "Hacek\0" "Hat\0"
	"Hcirc\0" "Hfr\0" "HilbertSpace\0" "Hopf\0" "HorizontalLine\0" "Hscr\0" "Hstrok\0"
	"HumpDownHump\0" "HumpEqual\0" "IEcy\0" "IJlig\0" "IOcy\0" "Iacute\0" "Icirc\0" "Icy\0"
	"Idot\0" "Ifr\0" "Igrave\0" "Im\0" "Imacr\0" "ImaginaryI\0" "Implies\0" "Int\0"
	"Integral\0" "Intersection\0" "InvisibleComma\0" "InvisibleTimes\0" "Iogon\0" "Iopf\0"
	"Iota\0" "Iscr\0" "Itilde\0" "Iukcy\0" "Iuml\0" "Jcirc\0" "Jcy\0" "Jfr\0" "Jopf\0" "Jscr\0"
	"Jsercy\0" "Jukcy\0" "KHcy\0" "KJcy\0" "Kappa\0" "Kcedil\0" "Kcy\0" "Kfr\0" "Kopf\0"
	"Kscr\0" "LJcy\0" "LT\0" "Lacute\0" "Lambda\0" "Lang\0" "Laplacetrf\0" "Larr\0" "Lcaron\0"
	"Lcedil\0" "Lcy\0" "LeftAngleBracket\0" "LeftArrow\0" "LeftArrowBar\0"
	"LeftArrowRightArrow\0" "LeftCeiling\0" "LeftDoubleBracket\0" "LeftDownTeeVector\0"
	"LeftDownVector\0" "LeftDownVectorBar\0" "LeftFloor\0" "LeftRightArrow\0"
	"LeftRightVector\0" "LeftTee\0" "LeftTeeArrow\0" "LeftTeeVector\0" "LeftTriangle\0"
	"LeftTriangleBar\0" "LeftTriangleEqual\0" "LeftUpDownVector\0" "LeftUpTeeVector\0"
	"LeftUpVector\0" "LeftUpVectorBar\0" "LeftVector\0" "LeftVectorBar\0" "Leftarrow\0"
	"Leftrightarrow\0" "LessEqualGreater\0" "LessFullEqual\0" "LessGreater\0" "LessLess\0"
	"LessSlantEqual\0" "LessTilde\0" "Lfr\0" "Ll\0" "Lleftarrow\0" "Lmidot\0" "LongLeftArrow\0"
	"LongLeftRightArrow\0" "LongRightArrow\0" "Longleftarrow\0" "Longleftrightarrow\0"
	"Longrightarrow\0" "Lopf\0" "LowerLeftArrow\0" "LowerRightArrow\0" "Lscr\0" "Lsh\0"
	"Lstrok\0" "Lt\0" "Map\0" "Mcy\0" "MediumSpace\0" "Mellintrf\0" "Mfr\0" "MinusPlus\0"
	"Mopf\0" "Mscr\0" "Mu\0" "NJcy\0" "Nacute\0" "Ncaron\0" "Ncedil\0" "Ncy\0"
	"NegativeMediumSpace\0" "NegativeThickSpace\0" "NegativeThinSpace\0"
	"NegativeVeryThinSpace\0" "NestedGreaterGreater\0" "NestedLessLess\0" "NewLine\0" "Nfr\0"
	"NoBreak\0" "NonBreakingSpace\0" "Nopf\0" "Not\0" "NotCongruent\0" "NotCupCap\0"
	"NotDoubleVerticalBar\0" "NotElement\0" "NotEqual\0" "NotEqualTilde\0" "NotExists\0"
	"NotGreater\0" "NotGreaterEqual\0" "NotGreaterFullEqual\0" "NotGreaterGreater\0"
	"NotGreaterLess\0" "NotGreaterSlantEqual\0" "NotGreaterTilde\0" "NotHumpDownHump\0"
	"NotHumpEqual\0" "NotLeftTriangle\0" "NotLeftTriangleBar\0" "NotLeftTriangleEqual\0"
	"NotLess\0" "NotLessEqual\0" "NotLessGreater\0" "NotLessLess\0" "NotLessSlantEqual\0"
	"NotLessTilde\0" "NotNestedGreaterGreater\0" "NotNestedLessLess\0" "NotPrecedes\0"
	"NotPrecedesEqual\0" "NotPrecedesSlantEqual\0" "NotReverseElement\0" "NotRightTriangle\0"
	"NotRightTriangleBar\0" "NotRightTriangleEqual\0" "NotSquareSubset\0"
	"NotSquareSubsetEqual\0" "NotSquareSuperset\0" "NotSquareSupersetEqual\0" "NotSubset\0"
	"NotSubsetEqual\0" "NotSucceeds\0" "NotSucceedsEqual\0" "NotSucceedsSlantEqual\0"
	"NotSucceedsTilde\0" "NotSuperset\0" "NotSupersetEqual\0" "NotTilde\0" "NotTildeEqual\0"
	"NotTildeFullEqual\0" "NotTildeTilde\0" "NotVerticalBar\0" "Nscr\0" "Ntilde\0" "Nu\0"
	"OElig\0" "Oacute\0" "Ocirc\0" "Ocy\0" "Odblac\0" "Ofr\0" "Ograve\0" "Omacr\0" "Omega\0"
	"Omicron\0" "Oopf\0" "OpenCurlyDoubleQuote\0" "OpenCurlyQuote\0" "Or\0" "Oscr\0" "Oslash\0"
	"Otilde\0" "Otimes\0" "Ouml\0" "OverBar\0" "OverBrace\0" "OverBracket\0"
	"OverParenthesis\0" "PartialD\0" "Pcy\0" "Pfr\0" "Phi\0" "Pi\0" "PlusMinus\0"
	"Poincareplane\0" "Popf\0" "Pr\0" "Precedes\0" "PrecedesEqual\0" "PrecedesSlantEqual\0"
	"PrecedesTilde\0" "Prime\0" "Product\0" "Proportion\0" "Proportional\0" "Pscr\0" "Psi\0"
	"QUOT\0" "Qfr\0" "Qopf\0" "Qscr\0" "RBarr\0" "REG\0" "Racute\0" "Rang\0" "Rarr\0"
	"Rarrtl\0" "Rcaron\0" "Rcedil\0" "Rcy\0" "Re\0" "ReverseElement\0" "ReverseEquilibrium\0"
	"ReverseUpEquilibrium\0" "Rfr\0" "Rho\0" "RightAngleBracket\0" "RightArrow\0"
	"RightArrowBar\0" "RightArrowLeftArrow\0" "RightCeiling\0" "RightDoubleBracket\0"
	"RightDownTeeVector\0" "RightDownVector\0" "RightDownVectorBar\0" "RightFloor\0"
	"RightTee\0" "RightTeeArrow\0" "RightTeeVector\0" "RightTriangle\0" "RightTriangleBar\0"
	"RightTriangleEqual\0" "RightUpDownVector\0" "RightUpTeeVector\0" "RightUpVector\0"
	"RightUpVectorBar\0" "RightVector\0" "RightVectorBar\0" "Rightarrow\0" "Ropf\0"
	"RoundImplies\0" "Rrightarrow\0" "Rscr\0" "Rsh\0" "RuleDelayed\0" "SHCHcy\0" "SHcy\0"
	"SOFTcy\0" "Sacute\0" "Sc\0" "Scaron\0" "Scedil\0" "Scirc\0" "Scy\0" "Sfr\0"
	"ShortDownArrow\0" "ShortLeftArrow\0" "ShortRightArrow\0" "ShortUpArrow\0" "Sigma\0"
	"SmallCircle\0" "Sopf\0" "Sqrt\0" "Square\0" "SquareIntersection\0" "SquareSubset\0"
	"SquareSubsetEqual\0" "SquareSuperset\0" "SquareSupersetEqual\0" "SquareUnion\0" "Sscr\0"
	"Star\0" "Sub\0" "Subset\0" "SubsetEqual\0" "Succeeds\0" "SucceedsEqual\0"
	"SucceedsSlantEqual\0" "SucceedsTilde\0" "SuchThat\0" "Sum\0" "Sup\0" "Superset\0"
	"SupersetEqual\0" "Supset\0" "THORN\0" "TRADE\0" "TSHcy\0" "TScy\0" "Tab\0" "Tau\0"
	"Tcaron\0" "Tcedil\0" "Tcy\0" "Tfr\0" "Therefore\0" "Theta\0" "ThickSpace\0" "ThinSpace\0"
	"Tilde\0" "TildeEqual\0" "TildeFullEqual\0" "TildeTilde\0" "Topf\0" "TripleDot\0" "Tscr\0"
	"Tstrok\0" "Uacute\0" "Uarr\0" "Uarrocir\0" "Ubrcy\0" "Ubreve\0" "Ucirc\0" "Ucy\0"
	"Udblac\0" "Ufr\0" "Ugrave\0" "Umacr\0" "UnderBar\0" "UnderBrace\0" "UnderBracket\0"
	"UnderParenthesis\0" "Union\0" "UnionPlus\0" "Uogon\0" "Uopf\0" "UpArrow\0" "UpArrowBar\0"
	"UpArrowDownArrow\0" "UpDownArrow\0" "UpEquilibrium\0" "UpTee\0" "UpTeeArrow\0" "Uparrow\0"
	"Updownarrow\0" "UpperLeftArrow\0" "UpperRightArrow\0" "Upsi\0" "Upsilon\0" "Uring\0"
	"Uscr\0" "Utilde\0" "Uuml\0" "VDash\0" "Vbar\0" "Vcy\0" "Vdash\0" "Vdashl\0" "Vee\0"
	"Verbar\0" "Vert\0" "VerticalBar\0" "VerticalLine\0" "VerticalSeparator\0"
	"VerticalTilde\0" "VeryThinSpace\0" "Vfr\0" "Vopf\0" "Vscr\0" "Vvdash\0" "Wcirc\0"
	"Wedge\0" "Wfr\0" "Wopf\0" "Wscr\0" "Xfr\0" "Xi\0" "Xopf\0" "Xscr\0" "YAcy\0" "YIcy\0"
	"YUcy\0" "Yacute\0" "Ycirc\0" "Ycy\0" "Yfr\0" "Yopf\0" "Yscr\0" "Yuml\0" "ZHcy\0"
	"Zacute\0" "Zcaron\0" "Zcy\0" "Zdot\0" "ZeroWidthSpace\0" "Zeta\0" "Zfr\0" "Zopf\0"
	"Zscr\0" "aacute\0" "abreve\0" "ac\0" "acE\0" "acd\0" "acirc\0" "acute\0" "acy\0" "aelig\0"
	"af\0" "afr\0" "agrave\0" "alefsym\0" "aleph\0" "alpha\0" "amacr\0" "amalg\0" "amp\0"
	"and\0" "andand\0" "andd\0" "andslope\0" "andv\0" "ang\0" "ange\0" "angle\0" "angmsd\0"
	"angmsdaa\0" "angmsdab\0" "angmsdac\0" "angmsdad\0" "angmsdae\0" "angmsdaf\0" "angmsdag\0"
	"angmsdah\0" "angrt\0" "angrtvb\0" "angrtvbd\0" "angsph\0" "angst\0" "angzarr\0" "aogon\0"
	"aopf\0" "ap\0" "apE\0" "apacir\0" "ape\0" "apid\0" "apos\0" "approx\0" "approxeq\0"
	"aring\0" "ascr\0" "ast\0" "asymp\0" "asympeq\0" "atilde\0" "auml\0" "awconint\0" "awint\0"
	"bNot\0" "backcong\0" "backepsilon\0" "backprime\0" "backsim\0" "backsimeq\0" "barvee\0"
	"barwed\0" "barwedge\0" "bbrk\0" "bbrktbrk\0" "bcong\0" "bcy\0" "bdquo\0" "becaus\0"
	"because\0" "bemptyv\0" "bepsi\0" "bernou\0" "beta\0" "beth\0" "between\0" "bfr\0"
	"bigcap\0" "bigcirc\0" "bigcup\0" "bigodot\0" "bigoplus\0" "bigotimes\0" "bigsqcup\0"
	"bigstar\0" "bigtriangledown\0" "bigtriangleup\0" "biguplus\0" "bigvee\0" "bigwedge\0"
	"bkarow\0" "blacklozenge\0" "blacksquare\0" "blacktriangle\0" "blacktriangledown\0"
	"blacktriangleleft\0" "blacktriangleright\0" "blank\0" "blk12\0" "blk14\0" "blk34\0"
	"block\0" "bne\0" "bnequiv\0" "bnot\0" "bopf\0" "bot\0" "bottom\0" "bowtie\0" "boxDL\0"
	"boxDR\0" "boxDl\0" "boxDr\0" "boxH\0" "boxHD\0" "boxHU\0" "boxHd\0" "boxHu\0" "boxUL\0"
	"boxUR\0" "boxUl\0" "boxUr\0" "boxV\0" "boxVH\0" "boxVL\0" "boxVR\0" "boxVh\0" "boxVl\0"
	"boxVr\0" "boxbox\0" "boxdL\0" "boxdR\0" "boxdl\0" "boxdr\0" "boxh\0" "boxhD\0" "boxhU\0"
	"boxhd\0" "boxhu\0" "boxminus\0" "boxplus\0" "boxtimes\0" "boxuL\0" "boxuR\0" "boxul\0"
	"boxur\0" "boxv\0" "boxvH\0" "boxvL\0" "boxvR\0" "boxvh\0" "boxvl\0" "boxvr\0" "bprime\0"
	"breve\0" "brvbar\0" "bscr\0" "bsemi\0" "bsim\0" "bsime\0" "bsol\0" "bsolb\0" "bsolhsub\0"
	"bull\0" "bullet\0" "bump\0" "bumpE\0" "bumpe\0" "bumpeq\0" "cacute\0" "cap\0" "capand\0"
	"capbrcup\0" "capcap\0" "capcup\0" "capdot\0" "caps\0" "caret\0" "caron\0" "ccaps\0"
	"ccaron\0" "ccedil\0" "ccirc\0" "ccups\0" "ccupssm\0" "cdot\0" "cedil\0" "cemptyv\0"
	"cent\0" "centerdot\0" "cfr\0" "chcy\0" "check\0" "checkmark\0" "chi\0" "cir\0" "cirE\0"
	"circ\0" "circeq\0" "circlearrowleft\0" "circlearrowright\0" "circledR\0" "circledS\0"
	"circledast\0" "circledcirc\0" "circleddash\0" "cire\0" "cirfnint\0" "cirmid\0" "cirscir\0"
	"clubs\0" "clubsuit\0" "colon\0" "colone\0" "coloneq\0" "comma\0" "commat\0" "comp\0"
	"compfn\0" "complement\0" "complexes\0" "cong\0" "congdot\0" "conint\0" "copf\0" "coprod\0"
	"copy\0" "copysr\0" "crarr\0" "cross\0" "cscr\0" "csub\0" "csube\0" "csup\0" "csupe\0"
	"ctdot\0" "cudarrl\0" "cudarrr\0" "cuepr\0" "cuesc\0" "cularr\0" "cularrp\0" "cup\0"
	"cupbrcap\0" "cupcap\0" "cupcup\0" "cupdot\0" "cupor\0" "cups\0" "curarr\0" "curarrm\0"
	"curlyeqprec\0" "curlyeqsucc\0" "curlyvee\0" "curlywedge\0" "curren\0" "curvearrowleft\0"
	"curvearrowright\0" "cuvee\0" "cuwed\0" "cwconint\0" "cwint\0" "cylcty\0" "dArr\0" "dHar\0"
	"dagger\0" "daleth\0" "darr\0" "dash\0" "dashv\0" "dbkarow\0" "dblac\0" "dcaron\0" "dcy\0"
	"dd\0" "ddagger\0" "ddarr\0" "ddotseq\0" "deg\0" "delta\0" "demptyv\0" "dfisht\0" "dfr\0"
	"dharl\0" "dharr\0" "diam\0" "diamond\0" "diamondsuit\0" "diams\0" "die\0" "digamma\0"
	"disin\0" "div\0" "divide\0" "divideontimes\0" "divonx\0" "djcy\0" "dlcorn\0" "dlcrop\0"
	"dollar\0" "dopf\0" "dot\0" "doteq\0" "doteqdot\0" "dotminus\0" "dotplus\0" "dotsquare\0"
	"doublebarwedge\0" "downarrow\0" "downdownarrows\0" "downharpoonleft\0"
	"downharpoonright\0" "drbkarow\0" "drcorn\0" "drcrop\0" "dscr\0" "dscy\0" "dsol\0"
	"dstrok\0" "dtdot\0" "dtri\0" "dtrif\0" "duarr\0" "duhar\0" "dwangle\0" "dzcy\0"
	"dzigrarr\0" "eDDot\0" "eDot\0" "eacute\0" "easter\0" "ecaron\0" "ecir\0" "ecirc\0"
	"ecolon\0" "ecy\0" "edot\0" "ee\0" "efDot\0" "efr\0" "eg\0" "egrave\0" "egs\0" "egsdot\0"
	"el\0" "elinters\0" "ell\0" "els\0" "elsdot\0" "emacr\0" "empty\0" "emptyset\0" "emptyv\0"
	"emsp\0" "emsp13\0" "emsp14\0" "eng\0" "ensp\0" "eogon\0" "eopf\0" "epar\0" "eparsl\0"
	"eplus\0" "epsi\0" "epsilon\0" "epsiv\0" "eqcirc\0" "eqcolon\0" "eqsim\0" "eqslantgtr\0"
	"eqslantless\0" "equals\0" "equest\0" "equiv\0" "equivDD\0" "eqvparsl\0" "erDot\0"
	"erarr\0" "escr\0" "esdot\0" "esim\0" "eta\0" "eth\0" "euml\0" "euro\0" "excl\0" "exist\0"
	"expectation\0" "exponentiale\0" "fallingdotseq\0" "fcy\0" "female\0" "ffilig\0" "fflig\0"
	"ffllig\0" "ffr\0" "filig\0" "fjlig\0" "flat\0" "fllig\0" "fltns\0" "fnof\0" "fopf\0"
	"forall\0" "fork\0" "forkv\0" "fpartint\0" "frac12\0" "frac13\0" "frac14\0" "frac15\0"
	"frac16\0" "frac18\0" "frac23\0" "frac25\0" "frac34\0" "frac35\0" "frac38\0" "frac45\0"
	"frac56\0" "frac58\0" "frac78\0" "frasl\0" "frown\0" "fscr\0" "gE\0" "gEl\0" "gacute\0"
	"gamma\0" "gammad\0" "gap\0" "gbreve\0" "gcirc\0" "gcy\0" "gdot\0" "ge\0" "gel\0" "geq\0"
	"geqq\0" "geqslant\0" "ges\0" "gescc\0" "gesdot\0" "gesdoto\0" "gesdotol\0" "gesl\0"
	"gesles\0" "gfr\0" "gg\0" "ggg\0" "gimel\0" "gjcy\0" "gl\0" "glE\0" "gla\0" "glj\0" "gnE\0"
	"gnap\0" "gnapprox\0" "gne\0" "gneq\0" "gneqq\0" "gnsim\0" "gopf\0" "grave\0" "gscr\0"
	"gsim\0" "gsime\0" "gsiml\0" "gt\0" "gtcc\0" "gtcir\0" "gtdot\0" "gtlPar\0" "gtquest\0"
	"gtrapprox\0" "gtrarr\0" "gtrdot\0" "gtreqless\0" "gtreqqless\0" "gtrless\0" "gtrsim\0"
	"gvertneqq\0" "gvnE\0" "hArr\0" "hairsp\0" "half\0" "hamilt\0" "hardcy\0" "harr\0"
	"harrcir\0" "harrw\0" "hbar\0" "hcirc\0" "hearts\0" "heartsuit\0" "hellip\0" "hercon\0"
	"hfr\0" "hksearow\0" "hkswarow\0" "hoarr\0" "homtht\0" "hookleftarrow\0" "hookrightarrow\0"
	"hopf\0" "horbar\0" "hscr\0" "hslash\0" "hstrok\0" "hybull\0" "hyphen\0" "iacute\0" "ic\0"
	"icirc\0" "icy\0" "iecy\0" "iexcl\0" "iff\0" "ifr\0" "igrave\0" "ii\0" "iiiint\0" "iiint\0"
	"iinfin\0" "iiota\0" "ijlig\0" "imacr\0" "image\0" "imagline\0" "imagpart\0" "imath\0"
	"imof\0" "imped\0" "in\0" "incare\0" "infin\0" "infintie\0" "inodot\0" "int\0" "intcal\0"
	"integers\0" "intercal\0" "intlarhk\0" "intprod\0" "iocy\0" "iogon\0" "iopf\0" "iota\0"
	"iprod\0" "iquest\0" "iscr\0" "isin\0" "isinE\0" "isindot\0" "isins\0" "isinsv\0" "isinv\0"
	"it\0" "itilde\0" "iukcy\0" "iuml\0" "jcirc\0" "jcy\0" "jfr\0" "jmath\0" "jopf\0" "jscr\0"
	"jsercy\0" "jukcy\0" "kappa\0" "kappav\0" "kcedil\0" "kcy\0" "kfr\0" "kgreen\0" "khcy\0"
	"kjcy\0" "kopf\0" "kscr\0" "lAarr\0" "lArr\0" "lAtail\0" "lBarr\0" "lE\0" "lEg\0" "lHar\0"
	"lacute\0" "laemptyv\0" "lagran\0" "lambda\0" "lang\0" "langd\0" "langle\0" "lap\0"
	"laquo\0" "larr\0" "larrb\0" "larrbfs\0" "larrfs\0" "larrhk\0" "larrlp\0" "larrpl\0"
	"larrsim\0" "larrtl\0" "lat\0" "latail\0" "late\0" "lates\0" "lbarr\0" "lbbrk\0" "lbrace\0"
	"lbrack\0" "lbrke\0" "lbrksld\0" "lbrkslu\0" "lcaron\0" "lcedil\0" "lceil\0" "lcub\0"
	"lcy\0" "ldca\0" "ldquo\0" "ldquor\0" "ldrdhar\0" "ldrushar\0" "ldsh\0" "le\0"
	"leftarrow\0" "leftarrowtail\0" "leftharpoondown\0" "leftharpoonup\0" "leftleftarrows\0"
	"leftrightarrow\0" "leftrightarrows\0" "leftrightharpoons\0" "leftrightsquigarrow\0"
	"leftthreetimes\0" "leg\0" "leq\0" "leqq\0" "leqslant\0" "les\0" "lescc\0" "lesdot\0"
	"lesdoto\0" "lesdotor\0" "lesg\0" "lesges\0" "lessapprox\0" "lessdot\0" "lesseqgtr\0"
	"lesseqqgtr\0" "lessgtr\0" "lesssim\0" "lfisht\0" "lfloor\0" "lfr\0" "lg\0" "lgE\0"
	"lhard\0" "lharu\0" "lharul\0" "lhblk\0" "ljcy\0" "ll\0" "llarr\0" "llcorner\0" "llhard\0"
	"lltri\0" "lmidot\0" "lmoust\0" "lmoustache\0" "lnE\0" "lnap\0" "lnapprox\0" "lne\0"
	"lneq\0" "lneqq\0" "lnsim\0" "loang\0" "loarr\0" "lobrk\0" "longleftarrow\0"
	"longleftrightarrow\0" "longmapsto\0" "longrightarrow\0" "looparrowleft\0"
	"looparrowright\0" "lopar\0" "lopf\0" "loplus\0" "lotimes\0" "lowast\0" "lowbar\0" "loz\0"
	"lozenge\0" "lozf\0" "lpar\0" "lparlt\0" "lrarr\0" "lrcorner\0" "lrhar\0" "lrhard\0"
	"lrm\0" "lrtri\0" "lsaquo\0" "lscr\0" "lsh\0" "lsim\0" "lsime\0" "lsimg\0" "lsqb\0"
	"lsquo\0" "lsquor\0" "lstrok\0" "lt\0" "ltcc\0" "ltcir\0" "ltdot\0" "lthree\0" "ltimes\0"
	"ltlarr\0" "ltquest\0" "ltrPar\0" "ltri\0" "ltrie\0" "ltrif\0" "lurdshar\0" "luruhar\0"
	"lvertneqq\0" "lvnE\0" "mDDot\0" "macr\0" "male\0" "malt\0" "maltese\0" "map\0" "mapsto\0"
	"mapstodown\0" "mapstoleft\0" "mapstoup\0" "marker\0" "mcomma\0" "mcy\0" "mdash\0"
	"measuredangle\0" "mfr\0" "mho\0" "micro\0" "mid\0" "midast\0" "midcir\0" "middot\0"
	"minus\0" "minusb\0" "minusd\0" "minusdu\0" "mlcp\0" "mldr\0" "mnplus\0" "models\0"
	"mopf\0" "mp\0" "mscr\0" "mstpos\0" "mu\0" "multimap\0" "mumap\0" "nGg\0" "nGt\0" "nGtv\0"
	"nLeftarrow\0" "nLeftrightarrow\0" "nLl\0" "nLt\0" "nLtv\0" "nRightarrow\0" "nVDash\0"
	"nVdash\0" "nabla\0" "nacute\0" "nang\0" "nap\0" "napE\0" "napid\0" "napos\0" "napprox\0"
	"natur\0" "natural\0" "naturals\0" "nbsp\0" "nbump\0" "nbumpe\0" "ncap\0" "ncaron\0"
	"ncedil\0" "ncong\0" "ncongdot\0" "ncup\0" "ncy\0" "ndash\0" "ne\0" "neArr\0" "nearhk\0"
	"nearr\0" "nearrow\0" "nedot\0" "nequiv\0" "nesear\0" "nesim\0" "nexist\0" "nexists\0"
	"nfr\0" "ngE\0" "nge\0" "ngeq\0" "ngeqq\0" "ngeqslant\0" "nges\0" "ngsim\0" "ngt\0"
	"ngtr\0" "nhArr\0" "nharr\0" "nhpar\0" "ni\0" "nis\0" "nisd\0" "niv\0" "njcy\0" "nlArr\0"
	"nlE\0" "nlarr\0" "nldr\0" "nle\0" "nleftarrow\0" "nleftrightarrow\0" "nleq\0" "nleqq\0"
	"nleqslant\0" "nles\0" "nless\0" "nlsim\0" "nlt\0" "nltri\0" "nltrie\0" "nmid\0" "nopf\0"
	"not\0" "notin\0" "notinE\0" "notindot\0" "notinva\0" "notinvb\0" "notinvc\0" "notni\0"
	"notniva\0" "notnivb\0" "notnivc\0" "npar\0" "nparallel\0" "nparsl\0" "npart\0" "npolint\0"
	"npr\0" "nprcue\0" "npre\0" "nprec\0" "npreceq\0" "nrArr\0" "nrarr\0" "nrarrc\0" "nrarrw\0"
	"nrightarrow\0" "nrtri\0" "nrtrie\0" "nsc\0" "nsccue\0" "nsce\0" "nscr\0" "nshortmid\0"
	"nshortparallel\0" "nsim\0" "nsime\0" "nsimeq\0" "nsmid\0" "nspar\0" "nsqsube\0"
	"nsqsupe\0" "nsub\0" "nsubE\0" "nsube\0" "nsubset\0" "nsubseteq\0" "nsubseteqq\0" "nsucc\0"
	"nsucceq\0" "nsup\0" "nsupE\0" "nsupe\0" "nsupset\0" "nsupseteq\0" "nsupseteqq\0" "ntgl\0"
	"ntilde\0" "ntlg\0" "ntriangleleft\0" "ntrianglelefteq\0" "ntriangleright\0"
	"ntrianglerighteq\0" "nu\0" "num\0" "numero\0" "numsp\0" "nvDash\0" "nvHarr\0" "nvap\0"
	"nvdash\0" "nvge\0" "nvgt\0" "nvinfin\0" "nvlArr\0" "nvle\0" "nvlt\0" "nvltrie\0"
	"nvrArr\0" "nvrtrie\0" "nvsim\0" "nwArr\0" "nwarhk\0" "nwarr\0" "nwarrow\0" "nwnear\0"
	"oS\0" "oacute\0" "oast\0" "ocir\0" "ocirc\0" "ocy\0" "odash\0" "odblac\0" "odiv\0"
	"odot\0" "odsold\0" "oelig\0" "ofcir\0" "ofr\0" "ogon\0" "ograve\0" "ogt\0" "ohbar\0"
	"ohm\0" "oint\0" "olarr\0" "olcir\0" "olcross\0" "oline\0" "olt\0" "omacr\0" "omega\0"
	"omicron\0" "omid\0" "ominus\0" "oopf\0" "opar\0" "operp\0" "oplus\0" "or\0" "orarr\0"
	"ord\0" "order\0" "orderof\0" "ordf\0" "ordm\0" "origof\0" "oror\0" "orslope\0" "orv\0"
	"oscr\0" "oslash\0" "osol\0" "otilde\0" "otimes\0" "otimesas\0" "ouml\0" "ovbar\0" "par\0"
	"para\0" "parallel\0" "parsim\0" "parsl\0" "part\0" "pcy\0" "percnt\0" "period\0"
	"permil\0" "perp\0" "pertenk\0" "pfr\0" "phi\0" "phiv\0" "phmmat\0" "phone\0" "pi\0"
	"pitchfork\0" "piv\0" "planck\0" "planckh\0" "plankv\0" "plus\0" "plusacir\0" "plusb\0"
	"pluscir\0" "plusdo\0" "plusdu\0" "pluse\0" "plusmn\0" "plussim\0" "plustwo\0" "pm\0"
	"pointint\0" "popf\0" "pound\0" "pr\0" "prE\0" "prap\0" "prcue\0" "pre\0" "prec\0"
	"precapprox\0" "preccurlyeq\0" "preceq\0" "precnapprox\0" "precneqq\0" "precnsim\0"
	"precsim\0" "prime\0" "primes\0" "prnE\0" "prnap\0" "prnsim\0" "prod\0" "profalar\0"
	"profline\0" "profsurf\0" "prop\0" "propto\0" "prsim\0" "prurel\0" "pscr\0" "psi\0"
	"puncsp\0" "qfr\0" "qint\0" "qopf\0" "qprime\0" "qscr\0" "quaternions\0" "quatint\0"
	"quest\0" "questeq\0" "quot\0" "rAarr\0" "rArr\0" "rAtail\0" "rBarr\0" "rHar\0" "race\0"
	"racute\0" "radic\0" "raemptyv\0" "rang\0" "rangd\0" "range\0" "rangle\0" "raquo\0"
	"rarr\0" "rarrap\0" "rarrb\0" "rarrbfs\0" "rarrc\0" "rarrfs\0" "rarrhk\0" "rarrlp\0"
	"rarrpl\0" "rarrsim\0" "rarrtl\0" "rarrw\0" "ratail\0" "ratio\0" "rationals\0" "rbarr\0"
	"rbbrk\0" "rbrace\0" "rbrack\0" "rbrke\0" "rbrksld\0" "rbrkslu\0" "rcaron\0" "rcedil\0"
	"rceil\0" "rcub\0" "rcy\0" "rdca\0" "rdldhar\0" "rdquo\0" "rdquor\0" "rdsh\0" "real\0"
	"realine\0" "realpart\0" "reals\0" "rect\0" "reg\0" "rfisht\0" "rfloor\0" "rfr\0" "rhard\0"
	"rharu\0" "rharul\0" "rho\0" "rhov\0" "rightarrow\0" "rightarrowtail\0"
	"rightharpoondown\0" "rightharpoonup\0" "rightleftarrows\0" "rightleftharpoons\0"
	"rightrightarrows\0" "rightsquigarrow\0" "rightthreetimes\0" "ring\0" "risingdotseq\0"
	"rlarr\0" "rlhar\0" "rlm\0" "rmoust\0" "rmoustache\0" "rnmid\0" "roang\0" "roarr\0"
	"robrk\0" "ropar\0" "ropf\0" "roplus\0" "rotimes\0" "rpar\0" "rpargt\0" "rppolint\0"
	"rrarr\0" "rsaquo\0" "rscr\0" "rsh\0" "rsqb\0" "rsquo\0" "rsquor\0" "rthree\0" "rtimes\0"
	"rtri\0" "rtrie\0" "rtrif\0" "rtriltri\0" "ruluhar\0" "rx\0" "sacute\0" "sbquo\0" "sc\0"
	"scE\0" "scap\0" "scaron\0" "sccue\0" "sce\0" "scedil\0" "scirc\0" "scnE\0" "scnap\0"
	"scnsim\0" "scpolint\0" "scsim\0" "scy\0" "sdot\0" "sdotb\0" "sdote\0" "seArr\0" "searhk\0"
	"searr\0" "searrow\0" "sect\0" "semi\0" "seswar\0" "setminus\0" "setmn\0" "sext\0" "sfr\0"
	"sfrown\0" "sharp\0" "shchcy\0" "shcy\0" "shortmid\0" "shortparallel\0" "shy\0" "sigma\0"
	"sigmaf\0" "sigmav\0" "sim\0" "simdot\0" "sime\0" "simeq\0" "simg\0" "simgE\0" "siml\0"
	"simlE\0" "simne\0" "simplus\0" "simrarr\0" "slarr\0" "smallsetminus\0" "smashp\0"
	"smeparsl\0" "smid\0" "smile\0" "smt\0" "smte\0" "smtes\0" "softcy\0" "sol\0" "solb\0"
	"solbar\0" "sopf\0" "spades\0" "spadesuit\0" "spar\0" "sqcap\0" "sqcaps\0" "sqcup\0"
	"sqcups\0" "sqsub\0" "sqsube\0" "sqsubset\0" "sqsubseteq\0" "sqsup\0" "sqsupe\0"
	"sqsupset\0" "sqsupseteq\0" "squ\0" "square\0" "squarf\0" "squf\0" "srarr\0" "sscr\0"
	"ssetmn\0" "ssmile\0" "sstarf\0" "star\0" "starf\0" "straightepsilon\0" "straightphi\0"
	"strns\0" "sub\0" "subE\0" "subdot\0" "sube\0" "subedot\0" "submult\0" "subnE\0" "subne\0"
	"subplus\0" "subrarr\0" "subset\0" "subseteq\0" "subseteqq\0" "subsetneq\0" "subsetneqq\0"
	"subsim\0" "subsub\0" "subsup\0" "succ\0" "succapprox\0" "succcurlyeq\0" "succeq\0"
	"succnapprox\0" "succneqq\0" "succnsim\0" "succsim\0" "sum\0" "sung\0" "sup\0" "sup1\0"
	"sup2\0" "sup3\0" "supE\0" "supdot\0" "supdsub\0" "supe\0" "supedot\0" "suphsol\0"
	"suphsub\0" "suplarr\0" "supmult\0" "supnE\0" "supne\0" "supplus\0" "supset\0" "supseteq\0"
	"supseteqq\0" "supsetneq\0" "supsetneqq\0" "supsim\0" "supsub\0" "supsup\0" "swArr\0"
	"swarhk\0" "swarr\0" "swarrow\0" "swnwar\0" "szlig\0" "target\0" "tau\0" "tbrk\0"
	"tcaron\0" "tcedil\0" "tcy\0" "tdot\0" "telrec\0" "tfr\0" "there4\0" "therefore\0"
	"theta\0" "thetasym\0" "thetav\0" "thickapprox\0" "thicksim\0" "thinsp\0" "thkap\0"
	"thksim\0" "thorn\0" "tilde\0" "times\0" "timesb\0" "timesbar\0" "timesd\0" "tint\0"
	"toea\0" "top\0" "topbot\0" "topcir\0" "topf\0" "topfork\0" "tosa\0" "tprime\0" "trade\0"
	"triangle\0" "triangledown\0" "triangleleft\0" "trianglelefteq\0" "triangleq\0"
	"triangleright\0" "trianglerighteq\0" "tridot\0" "trie\0" "triminus\0" "triplus\0"
	"trisb\0" "tritime\0" "trpezium\0" "tscr\0" "tscy\0" "tshcy\0" "tstrok\0" "twixt\0"
	"twoheadleftarrow\0" "twoheadrightarrow\0" "uArr\0" "uHar\0" "uacute\0" "uarr\0" "ubrcy\0"
	"ubreve\0" "ucirc\0" "ucy\0" "udarr\0" "udblac\0" "udhar\0" "ufisht\0" "ufr\0" "ugrave\0"
	"uharl\0" "uharr\0" "uhblk\0" "ulcorn\0" "ulcorner\0" "ulcrop\0" "ultri\0" "umacr\0"
	"uml\0" "uogon\0" "uopf\0" "uparrow\0" "updownarrow\0" "upharpoonleft\0" "upharpoonright\0"
	"uplus\0" "upsi\0" "upsih\0" "upsilon\0" "upuparrows\0" "urcorn\0" "urcorner\0" "urcrop\0"
	"uring\0" "urtri\0" "uscr\0" "utdot\0" "utilde\0" "utri\0" "utrif\0" "uuarr\0" "uuml\0"
	"uwangle\0" "vArr\0" "vBar\0" "vBarv\0" "vDash\0" "vangrt\0" "varepsilon\0" "varkappa\0"
	"varnothing\0" "varphi\0" "varpi\0" "varpropto\0" "varr\0" "varrho\0" "varsigma\0"
	"varsubsetneq\0" "varsubsetneqq\0" "varsupsetneq\0" "varsupsetneqq\0" "vartheta\0"
	"vartriangleleft\0" "vartriangleright\0" "vcy\0" "vdash\0" "vee\0" "veebar\0" "veeeq\0"
	"vellip\0" "verbar\0" "vert\0" "vfr\0" "vltri\0" "vnsub\0" "vnsup\0" "vopf\0" "vprop\0"
	"vrtri\0" "vscr\0" "vsubnE\0" "vsubne\0" "vsupnE\0" "vsupne\0" "vzigzag\0" "wcirc\0"
	"wedbar\0" "wedge\0" "wedgeq\0" "weierp\0" "wfr\0" "wopf\0" "wp\0" "wr\0" "wreath\0"
	"wscr\0" "xcap\0" "xcirc\0" "xcup\0" "xdtri\0" "xfr\0" "xhArr\0" "xharr\0" "xi\0" "xlArr\0"
	"xlarr\0" "xmap\0" "xnis\0" "xodot\0" "xopf\0" "xoplus\0" "xotime\0" "xrArr\0" "xrarr\0"
	"xscr\0" "xsqcup\0" "xuplus\0" "xutri\0" "xvee\0" "xwedge\0" "yacute\0" "yacy\0" "ycirc\0"
	"ycy\0" "yen\0" "yfr\0" "yicy\0" "yopf\0" "yscr\0" "yucy\0" "yuml\0" "zacute\0" "zcaron\0"
	"zcy\0" "zdot\0" "zeetrf\0" "zeta\0" "zfr\0" "zhcy\0" "zigrarr\0" "zopf\0" "zscr\0" "zwj\0"
	"zwnj\0"
;

const uint16_t html_entity_offsets[] = {
	32768, 32774, 32778, 17, 32792, 30, 34, 32806, 45, 51, 57, 61, 67, 72, 32854, 92, 97,
	32872, 32879, 116, 126, 131, 138, 142, 150, 161, 166, 170, 175, 181, 186, 193, 32966, 203,
	210, 214, 235, 243, 33018, 257, 263, 271, 276, 284, 294, 298, 302, 312, 324, 335, 347, 372,
	394, 410, 416, 423, 433, 440, 456, 461, 471, 503, 509, 514, 518, 525, 528, 537, 542, 547,
	552, 559, 564, 570, 577, 581, 585, 591, 595, 612, 627, 650, 667, 684, 692, 706, 711, 715,
	722, 731, 753, 763, 779, 795, 816, 830, 850, 875, 896, 913, 928, 942, 960, 978, 988, 1001,
	1018, 1028, 1048, 1066, 1081, 1099, 1118, 1134, 1153, 1161, 1174, 1184, 1189, 1196, 33968,
	33972, 1211, 33986, 1224, 1228, 1233, 34005, 1244, 1252, 1258, 1275, 1296, 1302, 1307,
	1315, 1321, 1332, 1344, 1349, 1354, 34126, 1363, 1370, 1383, 1387, 1391, 1409, 1431, 1436,
	1443, 1454, 1459, 34232, 1467, 1473, 1480, 1487, 1494, 1500, 1504, 1509, 1513, 1516, 1521,
	1534, 1551, 1568, 1583, 1595, 1613, 1626, 1631, 1634, 1641, 1647, 1651, 1657, 1661, 1674,
	1679, 1694, 1699, 1706, 1719, 1729, 1734, 1740, 34513, 34520, 1758, 1762, 1767, 34539,
	1778, 1781, 1787, 1798, 1806, 1810, 1819, 1832, 1847, 1862, 1868, 1873, 1878, 1883, 1890,
	34664, 1901, 1907, 1911, 1915, 1920, 1925, 1932, 1938, 1943, 1948, 1954, 1961, 1965, 1969,
	1974, 1979, 34752, 1987, 1994, 2001, 2006, 2017, 2022, 2029, 2036, 2040, 2057, 2067, 2080,
	2100, 2112, 2130, 2148, 2163, 2181, 2191, 2206, 2222, 2230, 2243, 2257, 2270, 2286, 2304,
	2321, 2337, 2350, 2366, 2377, 2391, 2401, 2416, 2433, 2447, 2459, 2468, 2483, 2493, 2497,
	2500, 2511, 2518, 2532, 2551, 2566, 2580, 2599, 2614, 2619, 2634, 2650, 2655, 2659, 2666,
	2669, 2673, 2677, 2689, 2699, 2703, 2713, 2718, 2723, 2726, 2731, 2738, 2745, 2752, 2756,
	2776, 2795, 2813, 2835, 2856, 2871, 2879, 2883, 2891, 2908, 2913, 2917, 2930, 2940, 2961,
	2972, 2981, 2995, 3005, 3016, 3032, 3052, 3070, 3085, 3106, 3122, 3138, 3151, 3167, 3186,
	3207, 3215, 3228, 3243, 3255, 3273, 3286, 3310, 3328, 3340, 3357, 3379, 3397, 3414, 3434,
	3456, 3472, 3493, 3511, 3534, 3544, 3559, 3571, 3588, 3610, 3627, 3639, 3656, 3665, 3679,
	3697, 3711, 3726, 36499, 3738, 3741, 36515, 36522, 3760, 3764, 3771, 36543, 3782, 3788,
	3794, 3802, 3807, 3828, 3843, 3846, 36619, 36626, 3865, 36640, 3877, 3885, 3895, 3907,
	3923, 3932, 3936, 3940, 3944, 3947, 3957, 3971, 3976, 3979, 3988, 4002, 4021, 4035, 4041,
	4049, 4060, 4073, 4078, 36850, 4087, 4091, 4096, 4101, 36875, 4111, 4118, 4123, 4128, 4135,
	4142, 4149, 4153, 4156, 4171, 4190, 4211, 4215, 4219, 4237, 4248, 4262, 4282, 4295, 4314,
	4333, 4349, 4368, 4379, 4388, 4402, 4417, 4431, 4448, 4467, 4485, 4502, 4516, 4533, 4545,
	4560, 4571, 4576, 4589, 4601, 4606, 4610, 4622, 4629, 4634, 4641, 4648, 4651, 4658, 4665,
	4671, 4675, 4679, 4694, 4709, 4725, 4738, 4744, 4756, 4761, 4766, 4773, 4792, 4805, 4823,
	4838, 4858, 4870, 4875, 4880, 4884, 4891, 4903, 4912, 4926, 4945, 4959, 4968, 4972, 4976,
	4985, 4999, 37774, 5012, 5018, 5024, 5029, 5033, 5037, 5044, 5051, 5055, 5059, 5069, 5075,
	5086, 5096, 5102, 5113, 5128, 5139, 5144, 5154, 5159, 37934, 5173, 5178, 5187, 5193, 37968,
	5206, 5210, 5217, 37989, 5228, 5234, 5243, 5254, 5267, 5284, 5290, 5300, 5306, 5311, 5319,
	5330, 5347, 5359, 5373, 5379, 5390, 5398, 5410, 5425, 5441, 5446, 5454, 5460, 5465, 38240,
	5477, 5483, 5488, 5492, 5498, 5505, 5509, 5516, 5521, 5533, 5546, 5564, 5578, 5592, 5596,
	5601, 5606, 5613, 5619, 5625, 5629, 5634, 5639, 5643, 5646, 5651, 5656, 5661, 5666, 38439,
	5678, 5684, 5688, 5692, 5697, 5702, 5707, 5712, 5719, 5726, 5730, 5735, 5750, 5755, 5759,
	5764, 38537, 5776, 5783, 5786, 5790, 38562, 38568, 5806, 38578, 5816, 5819, 38591, 5830,
	5838, 5844, 5850, 5856, 38630, 5866, 5870, 5877, 5882, 5891, 5896, 5900, 5905, 5911, 5918,
	5927, 5936, 5945, 5954, 5963, 5972, 5981, 5990, 5996, 6004, 6013, 6020, 6026, 6034, 6040,
	6045, 6048, 6052, 6059, 6063, 6068, 6073, 6080, 38857, 6095, 6100, 6104, 6110, 38886,
	38893, 6130, 6139, 6145, 6150, 6159, 6171, 6181, 6189, 6199, 6206, 6213, 6222, 6227, 6236,
	6242, 6246, 6252, 6259, 6267, 6275, 6281, 6288, 6293, 6298, 6306, 6310, 6317, 6325, 6332,
	6340, 6349, 6359, 6368, 6376, 6392, 6406, 6415, 6422, 6431, 6438, 6451, 6463, 6477, 6495,
	6513, 6532, 6538, 6544, 6550, 6556, 6562, 6566, 6574, 6579, 6584, 6588, 6595, 6602, 6608,
	6614, 6620, 6626, 6631, 6637, 6643, 6649, 6655, 6661, 6667, 6673, 6679, 6684, 6690, 6696,
	6702, 6708, 6714, 6720, 6727, 6733, 6739, 6745, 6751, 6756, 6762, 6768, 6774, 6780, 6789,
	6797, 6806, 6812, 6818, 6824, 6830, 6835, 6841, 6847, 6853, 6859, 6865, 6871, 6878, 39652,
	6891, 6896, 6902, 6907, 6913, 6918, 6924, 6933, 6938, 6945, 6950, 6956, 6962, 6969, 6976,
	6980, 6987, 6996, 7003, 7010, 7017, 7022, 7028, 7034, 7040, 39815, 7054, 7060, 7066, 7074,
	39847, 7085, 39861, 7098, 7108, 7112, 7117, 7123, 7133, 7137, 7141, 7146, 7151, 7158, 7174,
	7191, 7200, 7209, 7220, 7232, 7244, 7249, 7258, 7265, 7273, 7279, 7288, 7294, 7301, 7309,
	7315, 7322, 7327, 7334, 7345, 7355, 7360, 7368, 7375, 7380, 40155, 7392, 7399, 7405, 7411,
	7416, 7421, 7427, 7432, 7438, 7444, 7452, 7460, 7466, 7472, 7479, 7487, 7491, 7500, 7507,
	7514, 7521, 7527, 7532, 7539, 7547, 7559, 7571, 7580, 40359, 7598, 7613, 7629, 7635, 7641,
	7650, 7656, 7663, 7668, 7673, 7680, 7687, 7692, 7697, 7703, 7711, 7717, 7724, 7728, 7731,
	7739, 7745, 40521, 7757, 7763, 7771, 7778, 7782, 7788, 7794, 7799, 7807, 7819, 7825, 7829,
	7837, 7843, 40615, 7854, 7868, 7875, 7880, 7887, 7894, 7901, 7906, 7910, 7916, 7925, 7934,
	7942, 7952, 7967, 7977, 7992, 8008, 8025, 8034, 8041, 8048, 8053, 8058, 8063, 8070, 8076,
	8081, 8087, 8093, 8099, 8107, 8112, 8121, 8127, 40900, 8139, 8146, 8153, 40926, 8164, 8171,
	8175, 8180, 8183, 8189, 8193, 40964, 8203, 8207, 8214, 8217, 8226, 8230, 8234, 8241, 8247,
	8253, 8262, 8269, 8274, 8281, 8288, 8292, 8297, 8303, 8308, 8313, 8320, 8326, 8331, 8339,
	8345, 8352, 8360, 8366, 8377, 8389, 8396, 8403, 8409, 8417, 8426, 8432, 8438, 8443, 8449,
	8454, 41226, 41230, 8467, 8472, 8477, 8483, 8495, 8508, 8522, 8526, 8533, 8540, 8546, 8553,
	8557, 8563, 8569, 8574, 8580, 8586, 8591, 8596, 8603, 8608, 8614, 41391, 8630, 41405, 8644,
	8651, 8658, 8665, 8672, 41447, 8686, 8693, 8700, 8707, 8714, 8721, 8728, 8734, 8740, 8745,
	8748, 8752, 8759, 8765, 8772, 8776, 8783, 8789, 8793, 8798, 8801, 8805, 8809, 8814, 8823,
	8827, 8833, 8840, 8848, 8857, 8862, 8869, 8873, 8876, 8880, 8886, 8891, 8894, 8898, 8902,
	8906, 8910, 8915, 8924, 8928, 8933, 8939, 8945, 8950, 8956, 8961, 8966, 8972, 41746, 8981,
	8986, 8992, 8998, 9005, 9013, 9023, 9030, 9037, 9047, 9058, 9066, 9073, 9083, 9088, 9093,
	9100, 9105, 9112, 9119, 9124, 9132, 9138, 9143, 9149, 9156, 9166, 9173, 9180, 9184, 9193,
	9202, 9208, 9215, 9229, 9244, 9249, 9256, 9261, 9268, 9275, 9282, 42057, 9296, 42067, 9305,
	9309, 42082, 9320, 9324, 42096, 9335, 9338, 9345, 9351, 9358, 9364, 9370, 9376, 9382, 9391,
	9400, 9406, 9411, 9417, 9420, 9427, 9433, 9442, 9449, 9453, 9460, 9469, 9478, 9487, 9495,
	9500, 9506, 9511, 9516, 42290, 9529, 9534, 9539, 9545, 9553, 9559, 9566, 9572, 9575, 9582,
	42356, 9593, 9599, 9603, 9607, 9613, 9618, 9623, 9630, 9636, 9642, 9649, 9656, 9660, 9664,
	9671, 9676, 9681, 9686, 9691, 9697, 9702, 9709, 9715, 9718, 9722, 9727, 9734, 9743, 9750,
	9757, 9762, 9768, 9775, 42547, 9785, 9790, 9796, 9804, 9811, 9818, 9825, 9832, 9840, 9847,
	9851, 9858, 9863, 9869, 9875, 9881, 9888, 9895, 9901, 9909, 9917, 9924, 9931, 9937, 9942,
	9946, 9951, 9957, 9964, 9972, 9981, 9986, 9989, 9999, 10013, 10029, 10043, 10058, 10073,
	10089, 10107, 10127, 10142, 10146, 10150, 10155, 10164, 10168, 10174, 10181, 10189, 10198,
	10203, 10210, 10221, 10229, 10239, 10250, 10258, 10266, 10273, 10280, 10284, 10287, 10291,
	10297, 10303, 10310, 10316, 10321, 10324, 10330, 10339, 10346, 10352, 10359, 10366, 10377,
	10381, 10386, 10395, 10399, 10404, 10410, 10416, 10422, 10428, 10434, 10448, 10467, 10478,
	10493, 10507, 10522, 10528, 10533, 10540, 10548, 10555, 10562, 10566, 10574, 10579, 10584,
	10591, 10597, 10606, 10612, 10619, 10623, 10629, 10636, 10641, 10645, 10650, 10656, 10662,
	10667, 10673, 10680, 43455, 10690, 10695, 10701, 10707, 10714, 10721, 10728, 10736, 10743,
	10748, 10754, 10760, 10769, 10777, 10787, 10792, 43566, 10803, 10808, 10813, 10821, 10825,
	10832, 10843, 10854, 10863, 10870, 10877, 10881, 10887, 10901, 10905, 43677, 10915, 10919,
	10926, 43701, 10940, 10946, 10953, 10960, 10968, 10973, 10978, 10985, 10992, 10997, 11000,
	11005, 11012, 11015, 11024, 11030, 11034, 11038, 11043, 11054, 11070, 11074, 11078, 11083,
	11095, 11102, 11109, 11115, 11122, 11127, 11131, 11136, 11142, 11148, 11156, 11162, 11170,
	43947, 11184, 11190, 11197, 11202, 11209, 11216, 11222, 11231, 11236, 11240, 11246, 11249,
	11255, 11262, 11268, 11276, 11282, 11289, 11296, 11302, 11309, 11317, 11321, 11325, 11329,
	11334, 11340, 11350, 11355, 11361, 11365, 11370, 11376, 11382, 11388, 11391, 11395, 11400,
	11404, 11409, 11415, 11419, 11425, 11430, 11434, 11445, 11461, 11466, 11472, 11482, 11487,
	11493, 11499, 11503, 11509, 11516, 11521, 44294, 11530, 11536, 11543, 11552, 11560, 11568,
	11576, 11582, 11590, 11598, 11606, 11611, 11621, 11628, 11634, 11642, 11646, 11653, 11658,
	11664, 11672, 11678, 11684, 11691, 11698, 11710, 11716, 11723, 11727, 11734, 11739, 11744,
	11754, 11769, 11774, 11780, 11787, 11793, 11799, 11807, 11815, 11820, 11826, 11832, 11840,
	11850, 11861, 11867, 11875, 11880, 11886, 11892, 11900, 11910, 11921, 44694, 11933, 11938,
	11952, 11968, 11983, 12000, 12003, 12007, 12014, 12020, 12027, 12034, 12039, 12046, 12051,
	12056, 12064, 12071, 12076, 12081, 12089, 12096, 12104, 12110, 12116, 12123, 12129, 12137,
	12144, 44915, 12154, 12159, 44932, 12170, 12174, 12180, 12187, 12192, 12197, 12204, 12210,
	12216, 12220, 44993, 12232, 12236, 12242, 12246, 12251, 12257, 12263, 12271, 12277, 12281,
	12287, 12293, 12301, 12306, 12313, 12318, 12323, 12329, 12335, 12338, 12344, 12348, 12354,
	45130, 45135, 12372, 12379, 12384, 12392, 12396, 45169, 12408, 45181, 12420, 12427, 45204,
	12441, 12447, 45219, 12456, 12465, 12472, 12478, 12483, 12487, 12494, 12501, 12508, 12513,
	12521, 12525, 12529, 12534, 12541, 12547, 12550, 12560, 12564, 12571, 12579, 12586, 12591,
	12600, 12606, 12614, 12621, 12628, 45402, 12641, 12649, 12657, 12660, 12669, 45442, 12680,
	12683, 12687, 12692, 12698, 12702, 12707, 12718, 12730, 12737, 12749, 12758, 12767, 12775,
	12781, 12788, 12793, 12799, 12806, 12811, 12820, 12829, 12838, 12843, 12850, 12856, 12863,
	12868, 12872, 12879, 12883, 12888, 12893, 12900, 12905, 12917, 12925, 12931, 45707, 12944,
	12950, 12955, 12962, 12968, 12973, 12978, 12985, 12991, 13000, 13005, 13011, 13017, 45792,
	13030, 13035, 13042, 13048, 13056, 13062, 13069, 13076, 13083, 13090, 13098, 13105, 13111,
	13118, 13124, 13134, 13140, 13146, 13153, 13160, 13166, 13174, 13182, 13189, 13196, 13202,
	13207, 13211, 13216, 13224, 13230, 13237, 13242, 13247, 13255, 13264, 13270, 46043, 13279,
	13286, 13293, 13297, 13303, 13309, 13316, 13320, 13325, 13336, 13351, 13368, 13383, 13399,
	13417, 13434, 13450, 13466, 13471, 13484, 13490, 13496, 13500, 13507, 13518, 13524, 13530,
	13536, 13542, 13548, 13553, 13560, 13568, 13573, 13580, 13589, 13595, 13602, 13607, 13611,
	13616, 13622, 13629, 13636, 13643, 13648, 13654, 13660, 13669, 13677, 13680, 13687, 13693,
	13696, 13700, 13705, 13712, 13718, 13722, 13729, 13735, 13740, 13746, 13753, 13762, 13768,
	13772, 13777, 13783, 13789, 13795, 13802, 13808, 46584, 13821, 13826, 13833, 13842, 13848,
	13853, 13857, 13864, 13870, 13877, 13882, 13891, 46673, 13909, 13915, 13922, 13929, 13933,
	13940, 13945, 13951, 13956, 13962, 13967, 13973, 13979, 13987, 13995, 14001, 14015, 14022,
	14031, 14036, 14042, 14046, 14051, 14057, 14064, 14068, 14073, 14080, 14085, 14092, 14102,
	14107, 14113, 14120, 14126, 14133, 14139, 14146, 14155, 14166, 14172, 14179, 14188, 14199,
	14203, 14210, 14217, 14222, 14228, 14233, 14240, 14247, 14254, 14259, 14265, 14281, 14293,
	14299, 14303, 14308, 14315, 14320, 14328, 14336, 14342, 14348, 14356, 14364, 14371, 14380,
	14390, 14400, 14411, 14418, 14425, 14432, 14437, 14448, 14460, 14467, 14479, 14488, 14497,
	14505, 14509, 14514, 47286, 47291, 47296, 14533, 14538, 14545, 14553, 14558, 14566, 14574,
	14582, 14590, 14598, 14604, 14610, 14618, 14625, 14634, 14644, 14654, 14665, 14672, 14679,
	14686, 14692, 14699, 14705, 14713, 47488, 14726, 14733, 14737, 14742, 14749, 14756, 14760,
	14765, 14772, 14776, 14783, 14793, 14799, 14808, 14815, 14827, 14836, 14843, 14849, 47624,
	14862, 47636, 14874, 14881, 14890, 14897, 14902, 14907, 14911, 14918, 14925, 14930, 14938,
	14943, 14950, 14956, 14965, 14978, 14991, 15006, 15016, 15030, 15046, 15053, 15058, 15067,
	15075, 15081, 15089, 15098, 15103, 15108, 15114, 15121, 15127, 15144, 15162, 15167, 47940,
	15179, 15184, 15190, 47965, 15203, 15207, 15213, 15220, 15226, 15233, 48005, 15244, 15250,
	15256, 15262, 15269, 15278, 15285, 15291, 48065, 15301, 15307, 15312, 15320, 15332, 15346,
	15361, 15367, 15372, 15378, 15386, 15397, 15404, 15413, 15420, 15426, 15432, 15437, 15443,
	15450, 15455, 15461, 48235, 15472, 15480, 15485, 15490, 15496, 15502, 15509, 15520, 15529,
	15540, 15547, 15553, 15563, 15568, 15575, 15584, 15597, 15611, 15624, 15638, 15647, 15663,
	15680, 15684, 15690, 15694, 15701, 15707, 15714, 15721, 15726, 15730, 15736, 15742, 15748,
	15753, 15759, 15765, 15770, 15777, 15784, 15791, 15798, 15806, 15812, 15819, 15825, 15832,
	15839, 15843, 15848, 15851, 15854, 15861, 15866, 15871, 15877, 15882, 15888, 15892, 15898,
	15904, 15907, 15913, 15919, 15924, 15929, 15935, 15940, 15947, 15954, 15960, 15966, 15971,
	15978, 15985, 15991, 15996, 48771, 16010, 16015, 16021, 48793, 16029, 16033, 16038, 16043,
	16048, 48821, 16058, 16065, 16072, 16076, 16081, 16088, 16093, 16097, 16102, 16110, 16115,
	16120, 16124,
};

const uint16_t html_entity_values[] = {
	198, 38, 193, 258, 194, 1040, 55296, 192, 913, 256, 10835, 260, 55297, 8289, 197, 55298,
	8788, 195, 196, 8726, 10983, 8966, 1041, 8757, 8492, 914, 55299, 55300, 728, 8492, 8782,
	1063, 169, 262, 8914, 8517, 8493, 268, 199, 264, 8752, 266, 184, 183, 8493, 935, 8857,
	8854, 8853, 8855, 8754, 8221, 8217, 8759, 10868, 8801, 8751, 8750, 8450, 8720, 8755, 10799,
	55301, 8915, 8781, 8517, 10513, 1026, 1029, 1039, 8225, 8609, 10980, 270, 1044, 8711, 916,
	55302, 180, 729, 733, 96, 732, 8900, 8518, 55303, 168, 8412, 8784, 8751, 168, 8659, 8656,
	8660, 10980, 10232, 10234, 10233, 8658, 8872, 8657, 8661, 8741, 8595, 10515, 8693, 785,
	10576, 10590, 8637, 10582, 10591, 8641, 10583, 8868, 8615, 8659, 55304, 272, 330, 208, 201,
	282, 202, 1069, 278, 55305, 200, 8712, 274, 9723, 9643, 280, 55306, 917, 10869, 8770, 8652,
	8496, 10867, 919, 203, 8707, 8519, 1060, 55307, 9724, 9642, 55308, 8704, 8497, 8497, 1027,
	62, 915, 988, 286, 290, 284, 1043, 288, 55309, 8921, 55310, 8805, 8923, 8807, 10914, 8823,
	10878, 8819, 55311, 8811, 1066, 711, 94, 292, 8460, 8459, 8461, 9472, 8459, 294, 8782,
	8783, 1045, 306, 1025, 205, 206, 1048, 304, 8465, 204, 8465, 298, 8520, 8658, 8748, 8747,
	8898, 8291, 8290, 302, 55312, 921, 8464, 296, 1030, 207, 308, 1049, 55313, 55314, 55315,
	1032, 1028, 1061, 1036, 922, 310, 1050, 55316, 55317, 55318, 1033, 60, 313, 923, 10218,
	8466, 8606, 317, 315, 1051, 10216, 8592, 8676, 8646, 8968, 10214, 10593, 8643, 10585, 8970,
	8596, 10574, 8867, 8612, 10586, 8882, 10703, 8884, 10577, 10592, 8639, 10584, 8636, 10578,
	8656, 8660, 8922, 8806, 8822, 10913, 10877, 8818, 55319, 8920, 8666, 319, 10229, 10231,
	10230, 10232, 10234, 10233, 55320, 8601, 8600, 8466, 8624, 321, 8810, 10501, 1052, 8287,
	8499, 55321, 8723, 55322, 8499, 924, 1034, 323, 327, 325, 1053, 8203, 8203, 8203, 8203,
	8811, 8810, 10, 55323, 8288, 160, 8469, 10988, 8802, 8813, 8742, 8713, 8800, 55324, 8708,
	8815, 8817, 55325, 55326, 8825, 55327, 8821, 55328, 55329, 8938, 55330, 8940, 8814, 8816,
	8824, 55331, 55332, 8820, 55333, 55334, 8832, 55335, 8928, 8716, 8939, 55336, 8941, 55337,
	8930, 55338, 8931, 55339, 8840, 8833, 55340, 8929, 55341, 55342, 8841, 8769, 8772, 8775,
	8777, 8740, 55343, 209, 925, 338, 211, 212, 1054, 336, 55344, 210, 332, 937, 927, 55345,
	8220, 8216, 10836, 55346, 216, 213, 10807, 214, 8254, 9182, 9140, 9180, 8706, 1055, 55347,
	934, 928, 177, 8460, 8473, 10939, 8826, 10927, 8828, 8830, 8243, 8719, 8759, 8733, 55348,
	936, 34, 55349, 8474, 55350, 10512, 174, 340, 10219, 8608, 10518, 344, 342, 1056, 8476,
	8715, 8651, 10607, 8476, 929, 10217, 8594, 8677, 8644, 8969, 10215, 10589, 8642, 10581,
	8971, 8866, 8614, 10587, 8883, 10704, 8885, 10575, 10588, 8638, 10580, 8640, 10579, 8658,
	8477, 10608, 8667, 8475, 8625, 10740, 1065, 1064, 1068, 346, 10940, 352, 350, 348, 1057,
	55351, 8595, 8592, 8594, 8593, 931, 8728, 55352, 8730, 9633, 8851, 8847, 8849, 8848, 8850,
	8852, 55353, 8902, 8912, 8912, 8838, 8827, 10928, 8829, 8831, 8715, 8721, 8913, 8835, 8839,
	8913, 222, 8482, 1035, 1062, 9, 932, 356, 354, 1058, 55354, 8756, 920, 55355, 8201, 8764,
	8771, 8773, 8776, 55356, 8411, 55357, 358, 218, 8607, 10569, 1038, 364, 219, 1059, 368,
	55358, 217, 362, 95, 9183, 9141, 9181, 8899, 8846, 370, 55359, 8593, 10514, 8645, 8597,
	10606, 8869, 8613, 8657, 8661, 8598, 8599, 978, 933, 366, 55360, 360, 220, 8875, 10987,
	1042, 8873, 10982, 8897, 8214, 8214, 8739, 124, 10072, 8768, 8202, 55361, 55362, 55363,
	8874, 372, 8896, 55364, 55365, 55366, 55367, 926, 55368, 55369, 1071, 1031, 1070, 221, 374,
	1067, 55370, 55371, 55372, 376, 1046, 377, 381, 1047, 379, 8203, 918, 8488, 8484, 55373,
	225, 259, 8766, 55374, 8767, 226, 180, 1072, 230, 8289, 55375, 224, 8501, 8501, 945, 257,
	10815, 38, 8743, 10837, 10844, 10840, 10842, 8736, 10660, 8736, 8737, 10664, 10665, 10666,
	10667, 10668, 10669, 10670, 10671, 8735, 8894, 10653, 8738, 197, 9084, 261, 55376, 8776,
	10864, 10863, 8778, 8779, 39, 8776, 8778, 229, 55377, 42, 8776, 8781, 227, 228, 8755,
	10769, 10989, 8780, 1014, 8245, 8765, 8909, 8893, 8965, 8965, 9141, 9142, 8780, 1073, 8222,
	8757, 8757, 10672, 1014, 8492, 946, 8502, 8812, 55378, 8898, 9711, 8899, 10752, 10753,
	10754, 10758, 9733, 9661, 9651, 10756, 8897, 8896, 10509, 10731, 9642, 9652, 9662, 9666,
	9656, 9251, 9618, 9617, 9619, 9608, 55379, 55380, 8976, 55381, 8869, 8869, 8904, 9559,
	9556, 9558, 9555, 9552, 9574, 9577, 9572, 9575, 9565, 9562, 9564, 9561, 9553, 9580, 9571,
	9568, 9579, 9570, 9567, 10697, 9557, 9554, 9488, 9484, 9472, 9573, 9576, 9516, 9524, 8863,
	8862, 8864, 9563, 9560, 9496, 9492, 9474, 9578, 9569, 9566, 9532, 9508, 9500, 8245, 728,
	166, 55382, 8271, 8765, 8909, 92, 10693, 10184, 8226, 8226, 8782, 10926, 8783, 8783, 263,
	8745, 10820, 10825, 10827, 10823, 10816, 55383, 8257, 711, 10829, 269, 231, 265, 10828,
	10832, 267, 184, 10674, 162, 183, 55384, 1095, 10003, 10003, 967, 9675, 10691, 710, 8791,
	8634, 8635, 174, 9416, 8859, 8858, 8861, 8791, 10768, 10991, 10690, 9827, 9827, 58, 8788,
	8788, 44, 64, 8705, 8728, 8705, 8450, 8773, 10861, 8750, 55385, 8720, 169, 8471, 8629,
	10007, 55386, 10959, 10961, 10960, 10962, 8943, 10552, 10549, 8926, 8927, 8630, 10557,
	8746, 10824, 10822, 10826, 8845, 10821, 55387, 8631, 10556, 8926, 8927, 8910, 8911, 164,
	8630, 8631, 8910, 8911, 8754, 8753, 9005, 8659, 10597, 8224, 8504, 8595, 8208, 8867, 10511,
	733, 271, 1076, 8518, 8225, 8650, 10871, 176, 948, 10673, 10623, 55388, 8643, 8642, 8900,
	8900, 9830, 9830, 168, 989, 8946, 247, 247, 8903, 8903, 1106, 8990, 8973, 36, 55389, 729,
	8784, 8785, 8760, 8724, 8865, 8966, 8595, 8650, 8643, 8642, 10512, 8991, 8972, 55390, 1109,
	10742, 273, 8945, 9663, 9662, 8693, 10607, 10662, 1119, 10239, 10871, 8785, 233, 10862,
	283, 8790, 234, 8789, 1101, 279, 8519, 8786, 55391, 10906, 232, 10902, 10904, 10905, 9191,
	8467, 10901, 10903, 275, 8709, 8709, 8709, 8195, 8196, 8197, 331, 8194, 281, 55392, 8917,
	10723, 10865, 949, 949, 1013, 8790, 8789, 8770, 10902, 10901, 61, 8799, 8801, 10872, 10725,
	8787, 10609, 8495, 8784, 8770, 951, 240, 235, 8364, 33, 8707, 8496, 8519, 8786, 1092, 9792,
	64259, 64256, 64260, 55393, 64257, 55394, 9837, 64258, 9649, 402, 55395, 8704, 8916, 10969,
	10765, 189, 8531, 188, 8533, 8537, 8539, 8532, 8534, 190, 8535, 8540, 8536, 8538, 8541,
	8542, 8260, 8994, 55396, 8807, 10892, 501, 947, 989, 10886, 287, 285, 1075, 289, 8805,
	8923, 8805, 8807, 10878, 10878, 10921, 10880, 10882, 10884, 55397, 10900, 55398, 8811,
	8921, 8503, 1107, 8823, 10898, 10917, 10916, 8809, 10890, 10890, 10888, 10888, 8809, 8935,
	55399, 96, 8458, 8819, 10894, 10896, 62, 10919, 10874, 8919, 10645, 10876, 10886, 10616,
	8919, 8923, 10892, 8823, 8819, 55400, 55401, 8660, 8202, 189, 8459, 1098, 8596, 10568,
	8621, 8463, 293, 9829, 9829, 8230, 8889, 55402, 10533, 10534, 8703, 8763, 8617, 8618,
	55403, 8213, 55404, 8463, 295, 8259, 8208, 237, 8291, 238, 1080, 1077, 161, 8660, 55405,
	236, 8520, 10764, 8749, 10716, 8489, 307, 299, 8465, 8464, 8465, 305, 8887, 437, 8712,
	8453, 8734, 10717, 305, 8747, 8890, 8484, 8890, 10775, 10812, 1105, 303, 55406, 953, 10812,
	191, 55407, 8712, 8953, 8949, 8948, 8947, 8712, 8290, 297, 1110, 239, 309, 1081, 55408,
	567, 55409, 55410, 1112, 1108, 954, 1008, 311, 1082, 55411, 312, 1093, 1116, 55412, 55413,
	8666, 8656, 10523, 10510, 8806, 10891, 10594, 314, 10676, 8466, 955, 10216, 10641, 10216,
	10885, 171, 8592, 8676, 10527, 10525, 8617, 8619, 10553, 10611, 8610, 10923, 10521, 10925,
	55414, 10508, 10098, 123, 91, 10635, 10639, 10637, 318, 316, 8968, 123, 1083, 10550, 8220,
	8222, 10599, 10571, 8626, 8804, 8592, 8610, 8637, 8636, 8647, 8596, 8646, 8651, 8621, 8907,
	8922, 8804, 8806, 10877, 10877, 10920, 10879, 10881, 10883, 55415, 10899, 10885, 8918,
	8922, 10891, 8822, 8818, 10620, 8970, 55416, 8822, 10897, 8637, 8636, 10602, 9604, 1113,
	8810, 8647, 8990, 10603, 9722, 320, 9136, 9136, 8808, 10889, 10889, 10887, 10887, 8808,
	8934, 10220, 8701, 10214, 10229, 10231, 10236, 10230, 8619, 8620, 10629, 55417, 10797,
	10804, 8727, 95, 9674, 9674, 10731, 40, 10643, 8646, 8991, 8651, 10605, 8206, 8895, 8249,
	55418, 8624, 8818, 10893, 10895, 91, 8216, 8218, 322, 60, 10918, 10873, 8918, 8907, 8905,
	10614, 10875, 10646, 9667, 8884, 9666, 10570, 10598, 55419, 55420, 8762, 175, 9794, 10016,
	10016, 8614, 8614, 8615, 8612, 8613, 9646, 10793, 1084, 8212, 8737, 55421, 8487, 181, 8739,
	42, 10992, 183, 8722, 8863, 8760, 10794, 10971, 8230, 8723, 8871, 55422, 8723, 55423, 8766,
	956, 8888, 8888, 55424, 55425, 55426, 8653, 8654, 55427, 55428, 55429, 8655, 8879, 8878,
	8711, 324, 55430, 8777, 55431, 55432, 329, 8777, 9838, 9838, 8469, 160, 55433, 55434,
	10819, 328, 326, 8775, 55435, 10818, 1085, 8211, 8800, 8663, 10532, 8599, 8599, 55436,
	8802, 10536, 55437, 8708, 8708, 55438, 55439, 8817, 8817, 55440, 55441, 55442, 8821, 8815,
	8815, 8654, 8622, 10994, 8715, 8956, 8954, 8715, 1114, 8653, 55443, 8602, 8229, 8816, 8602,
	8622, 8816, 55444, 55445, 55446, 8814, 8820, 8814, 8938, 8940, 8740, 55447, 172, 8713,
	55448, 55449, 8713, 8951, 8950, 8716, 8716, 8958, 8957, 8742, 8742, 55450, 55451, 10772,
	8832, 8928, 55452, 8832, 55453, 8655, 8603, 55454, 55455, 8603, 8939, 8941, 8833, 8929,
	55456, 55457, 8740, 8742, 8769, 8772, 8772, 8740, 8742, 8930, 8931, 8836, 55458, 8840,
	55459, 8840, 55460, 8833, 55461, 8837, 55462, 8841, 55463, 8841, 55464, 8825, 241, 8824,
	8938, 8940, 8939, 8941, 957, 35, 8470, 8199, 8877, 10500, 55465, 8876, 55466, 55467, 10718,
	10498, 55468, 55469, 55470, 10499, 55471, 55472, 8662, 10531, 8598, 8598, 10535, 9416, 243,
	8859, 8858, 244, 1086, 8861, 337, 10808, 8857, 10684, 339, 10687, 55473, 731, 242, 10689,
	10677, 937, 8750, 8634, 10686, 10683, 8254, 10688, 333, 969, 959, 10678, 8854, 55474,
	10679, 10681, 8853, 8744, 8635, 10845, 8500, 8500, 170, 186, 8886, 10838, 10839, 10843,
	8500, 248, 8856, 245, 8855, 10806, 246, 9021, 8741, 182, 8741, 10995, 11005, 8706, 1087,
	37, 46, 8240, 8869, 8241, 55475, 966, 981, 8499, 9742, 960, 8916, 982, 8463, 8462, 8463,
	43, 10787, 8862, 10786, 8724, 10789, 10866, 177, 10790, 10791, 177, 10773, 55476, 163,
	8826, 10931, 10935, 8828, 10927, 8826, 10935, 8828, 10927, 10937, 10933, 8936, 8830, 8242,
	8473, 10933, 10937, 8936, 8719, 9006, 8978, 8979, 8733, 8733, 8830, 8880, 55477, 968, 8200,
	55478, 10764, 55479, 8279, 55480, 8461, 10774, 63, 8799, 34, 8667, 8658, 10524, 10511,
	10596, 55481, 341, 8730, 10675, 10217, 10642, 10661, 10217, 187, 8594, 10613, 8677, 10528,
	10547, 10526, 8618, 8620, 10565, 10612, 8611, 8605, 10522, 8758, 8474, 10509, 10099, 125,
	93, 10636, 10638, 10640, 345, 343, 8969, 125, 1088, 10551, 10601, 8221, 8221, 8627, 8476,
	8475, 8476, 8477, 9645, 174, 10621, 8971, 55482, 8641, 8640, 10604, 961, 1009, 8594, 8611,
	8641, 8640, 8644, 8652, 8649, 8605, 8908, 730, 8787, 8644, 8652, 8207, 9137, 9137, 10990,
	10221, 8702, 10215, 10630, 55483, 10798, 10805, 41, 10644, 10770, 8649, 8250, 55484, 8625,
	93, 8217, 8217, 8908, 8906, 9657, 8885, 9656, 10702, 10600, 8478, 347, 8218, 8827, 10932,
	10936, 353, 8829, 10928, 351, 349, 10934, 10938, 8937, 10771, 8831, 1089, 8901, 8865,
	10854, 8664, 10533, 8600, 8600, 167, 59, 10537, 8726, 8726, 10038, 55485, 8994, 9839, 1097,
	1096, 8739, 8741, 173, 963, 962, 962, 8764, 10858, 8771, 8771, 10910, 10912, 10909, 10911,
	8774, 10788, 10610, 8592, 8726, 10803, 10724, 8739, 8995, 10922, 10924, 55486, 1100, 47,
	10692, 9023, 55487, 9824, 9824, 8741, 8851, 55488, 8852, 55489, 8847, 8849, 8847, 8849,
	8848, 8850, 8848, 8850, 9633, 9633, 9642, 9642, 8594, 55490, 8726, 8995, 8902, 9734, 9733,
	1013, 981, 175, 8834, 10949, 10941, 8838, 10947, 10945, 10955, 8842, 10943, 10617, 8834,
	8838, 10949, 8842, 10955, 10951, 10965, 10963, 8827, 10936, 8829, 10928, 10938, 10934,
	8937, 8831, 8721, 9834, 8835, 185, 178, 179, 10950, 10942, 10968, 8839, 10948, 10185,
	10967, 10619, 10946, 10956, 8843, 10944, 8835, 8839, 10950, 8843, 10956, 10952, 10964,
	10966, 8665, 10534, 8601, 8601, 10538, 223, 8982, 964, 9140, 357, 355, 1090, 8411, 8981,
	55491, 8756, 8756, 952, 977, 977, 8776, 8764, 8201, 8776, 8764, 254, 732, 215, 8864, 10801,
	10800, 8749, 10536, 8868, 9014, 10993, 55492, 10970, 10537, 8244, 8482, 9653, 9663, 9667,
	8884, 8796, 9657, 8885, 9708, 8796, 10810, 10809, 10701, 10811, 9186, 55493, 1094, 1115,
	359, 8812, 8606, 8608, 8657, 10595, 250, 8593, 1118, 365, 251, 1091, 8645, 369, 10606,
	10622, 55494, 249, 8639, 8638, 9600, 8988, 8988, 8975, 9720, 363, 168, 371, 55495, 8593,
	8597, 8639, 8638, 8846, 965, 978, 965, 8648, 8989, 8989, 8974, 367, 9721, 55496, 8944, 361,
	9653, 9652, 8648, 252, 10663, 8661, 10984, 10985, 8872, 10652, 1013, 1008, 8709, 981, 982,
	8733, 8597, 1009, 962, 55497, 55498, 55499, 55500, 977, 8882, 8883, 1074, 8866, 8744, 8891,
	8794, 8942, 124, 124, 55501, 8882, 55502, 55503, 55504, 8733, 8883, 55505, 55506, 55507,
	55508, 55509, 10650, 373, 10847, 8743, 8793, 8472, 55510, 55511, 8472, 8768, 8768, 55512,
	8898, 9711, 8899, 9661, 55513, 10234, 10231, 958, 10232, 10229, 10236, 8955, 10752, 55514,
	10753, 10754, 10233, 10230, 55515, 10758, 10756, 9651, 8897, 8896, 253, 1103, 375, 1099,
	165, 55516, 1111, 55517, 55518, 1102, 255, 378, 382, 1079, 380, 8488, 950, 55519, 1078,
	8669, 55520, 55521, 8205, 8204,
};

const uint32_t html_entity_wide[][2] = {
	{120068,0}, {120120,0}, {119964,0}, {120069,0}, {120121,0}, {119966,0}, {120071,0},
	{120123,0}, {119967,0}, {120072,0}, {120124,0}, {120073,0}, {120125,0}, {120074,0},
	{120126,0}, {119970,0}, {120128,0}, {120077,0}, {120129,0}, {119973,0}, {120078,0},
	{120130,0}, {119974,0}, {120079,0}, {120131,0}, {120080,0}, {120132,0}, {120081,0},
	{8770,824}, {8807,824}, {8811,824}, {10878,824}, {8782,824}, {8783,824}, {10703,824},
	{8810,824}, {10877,824}, {10914,824}, {10913,824}, {10927,824}, {10704,824}, {8847,824},
	{8848,824}, {8834,8402}, {10928,824}, {8831,824}, {8835,8402}, {119977,0}, {120082,0},
	{120134,0}, {119978,0}, {120083,0}, {119979,0}, {120084,0}, {119980,0}, {120086,0},
	{120138,0}, {119982,0}, {120087,0}, {8287,8202}, {120139,0}, {119983,0}, {120088,0},
	{120140,0}, {119984,0}, {120089,0}, {120141,0}, {119985,0}, {120090,0}, {120142,0},
	{119986,0}, {120091,0}, {120143,0}, {119987,0}, {120092,0}, {120144,0}, {119988,0},
	{119989,0}, {8766,819}, {120094,0}, {120146,0}, {119990,0}, {120095,0}, {61,8421},
	{8801,8421}, {120147,0}, {119991,0}, {8745,65024}, {120096,0}, {120148,0}, {119992,0},
	{8746,65024}, {120097,0}, {120149,0}, {119993,0}, {120098,0}, {120150,0}, {120099,0},
	{102,106}, {120151,0}, {119995,0}, {8923,65024}, {120100,0}, {120152,0}, {8809,65024},
	{8809,65024}, {120101,0}, {120153,0}, {119997,0}, {120102,0}, {120154,0}, {119998,0},
	{120103,0}, {120155,0}, {119999,0}, {120104,0}, {120156,0}, {120000,0}, {10925,65024},
	{8922,65024}, {120105,0}, {120157,0}, {120001,0}, {8808,65024}, {8808,65024}, {120106,0},
	{120158,0}, {120002,0}, {8921,824}, {8811,8402}, {8811,824}, {8920,824}, {8810,8402},
	{8810,824}, {8736,8402}, {10864,824}, {8779,824}, {8782,824}, {8783,824}, {10861,824},
	{8784,824}, {8770,824}, {120107,0}, {8807,824}, {8807,824}, {10878,824}, {10878,824},
	{8806,824}, {8806,824}, {10877,824}, {10877,824}, {120159,0}, {8953,824}, {8949,824},
	{11005,8421}, {8706,824}, {10927,824}, {10927,824}, {10547,824}, {8605,824}, {10928,824},
	{120003,0}, {10949,824}, {8834,8402}, {10949,824}, {10928,824}, {10950,824}, {8835,8402},
	{10950,824}, {8781,8402}, {8805,8402}, {62,8402}, {8804,8402}, {60,8402}, {8884,8402},
	{8885,8402}, {8764,8402}, {120108,0}, {120160,0}, {120109,0}, {120161,0}, {120005,0},
	{120110,0}, {120162,0}, {120006,0}, {8765,817}, {120111,0}, {120163,0}, {120007,0},
	{120112,0}, {10924,65024}, {120164,0}, {8851,65024}, {8852,65024}, {120008,0}, {120113,0},
	{120165,0}, {120009,0}, {120114,0}, {120166,0}, {120010,0}, {8842,65024}, {10955,65024},
	{8843,65024}, {10956,65024}, {120115,0}, {8834,8402}, {8835,8402}, {120167,0}, {120011,0},
	{10955,65024}, {8842,65024}, {10956,65024}, {8843,65024}, {120116,0}, {120168,0},
	{120012,0}, {120117,0}, {120169,0}, {120013,0}, {120118,0}, {120170,0}, {120014,0},
	{120119,0}, {120171,0}, {120015,0},
};
