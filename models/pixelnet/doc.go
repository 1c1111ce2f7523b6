// Package pixelnet is the rung of the causal-window network, for pictures of two
// to 16 levels. Pixels come in raster order, and a network says how probable ink is in
// each, given those before it, and the label of the picture where there is one:
//
//	p(x, y) = p(y) ∏_j p(x_j given x_<j, y),
//	log-odds of ink in pixel j = (v + v_j + v_jy)·h₂ + b_j + b_jy + l[pattern of 16 pixels],
//	h₂ = relu(W h₁ + c + t[pattern of 11 pixels]),
//	h₁ = relu(a_j + Σ u[offset of ink from j] + Σ e[place of ink]),
//
// where the first sum runs over the ink in a window of nine lines above the pixel
// and eight columns around it, and the second over all ink before it. Ink is all but
// the most frequent level: what has none costs nothing. A pixel without ink within
// three columns and lines of it is quiet, and has an a_j, v_j and b_j of its own.
// A label y multiplies the sum in h₁, number by number, and adds an embedding to it and
// to that in h₂ before they are rectified.
//
// Where there are more than two levels, ink has a shade. Every ink adds a row by its
// shade to that of its offset and of its place, and where there is ink its shade has
//
//	p(shade) ∝ exp(s_shade·h₂ + q_j,shade + r[tones to the left and above]_shade).
//
// There may be several networks of this form, fitted from different starts: a pixel
// then has the mean of the probabilities that they give its tones.
//
// A fit makes the pictures of a sample probable given their labels. With a weight
// λ = Family.Discriminate labels are to be told from pictures, too: a picture's loss is
//
//	-log p(x | y) - λT log q(y | x),  q(y | x) ∝ p(x, y)^(1/T),  T = 3,
//
// the second of the picture moved at random by up to a twentieth of its side: by Bayes'
// rule, but that a label has to lead by T times as many nats.
//
// Base measure: counting measure on pictures.
//
// Missing: pixels are never missing; a missing label is a label like any other.
//
// Cost: in a picture of d pixels, of which m are not quiet, O(m·H·(w + H₂)) to learn
// from and O(d·H·(w + H₂)) to score, for each network, and to sample, for all of
// them, where w is the ink in a window, H = 256 and H₂ = 64 numbers are hidden. A
// label that is to be told makes a picture cost about three times as much to learn.
// Memory: 3·d·H numbers and more for each.
//
// Exact answers: p(x, y given the label, and given the first pixels in raster
// order); p(y given x); the picture without its label.
//
// How it fails: what lies below or to the right of a gap says nothing of it but by
// weighted draws, which get poor where much is given; what is far away speaks
// through one sum over places alone; a few hundred pictures are learned by heart,
// and the held-out ones stop it early.
//
// Reference: Larochelle & Murray (2011), The neural autoregressive distribution
// estimator; van den Oord, Kalchbrenner & Kavukcuoglu (2016), Pixel recurrent
// neural networks (causal windows); Kingma & Ba (2015), Adam; Bouchard & Triggs (2004),
// The tradeoff between generative and discriminative classifiers (labels that are told);
// Liu, Wen, Yu & Yang (2016), Large-margin softmax loss (by how much).
//
// Deviations: NADE shares one sum over all pixels before, and has neither window,
// patterns nor quiet pixels; of the quiet pixels without ink a fit looks at a
// quarter, drawn at random, each counted four times, so that what it minimises is
// right in the mean. A label that is far behind when a part of the picture has been
// looked at is given up. Of several networks the mean is of probabilities pixel by pixel,
// so that a picture is drawn from one of them a pixel, picked at random.
package pixelnet
