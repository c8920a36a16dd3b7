package vintk.opset;

import static vintk.opset.OneNode.of;

import java.util.List;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;

/** Einsum in all its forms. */
final class EinsumNodes {
    private EinsumNodes() {}

    static List<OneNode> all() {
        Tensor weight = Tensor.floats(Shape.of(3, 4), .1f, -.2f, .3f, .4f, -.5f, .6f, .7f, -.8f, .9f, 1, -1.1f, 1.2f);
        return List.of(
                einsum("ij->ji").x(2, 3),
                einsum("ji").x(2, 3),
                einsum("ba").x(2, 3),
                einsum("ij->").x(2, 3),
                einsum("Ij->j").x(2, 3),
                einsum("...->...").x(2, 3),
                einsum("i...->...i").x(2, 3, 4),
                einsum("...ij->...ji").x(2, 3, 4),
                einsum("...ij->...").x(2, 3, 4),
                einsum("ii->i").x(3, 3),
                einsum("ii").x(3, 3),
                einsum("iji->j").x(3, 2, 3),
                einsum("...ii->...i").x(2, 3, 3),
                einsum("iii->i").x(2, 2, 2),
                einsum("ij,jk->ik").x(2, 3).x(3, 4),
                einsum("ij, jk -> ik").x(2, 3).x(3, 4),
                einsum("bA,Ac").x(2, 3).x(3, 4),
                einsum("Ba,aC->CB").x(2, 3).x(3, 4),
                einsum("ij,ij->").x(2, 3).x(2, 3),
                einsum("ij,k->ik").x(2, 3).x(4),
                einsum("i,i").x(3).x(3),
                einsum("...ij,...jk->...ik").x(2, 2, 3).x(2, 3, 4),
                einsum("...ij,jk->...ik").x(2, 2, 3).x(3, 2),
                einsum("i...,i...->...").x(3, 2).x(3, 2),
                einsum("bij,bjk->bik").x(1, 2, 3).x(2, 3, 2).noted("an extent of 1 broadcast"),
                einsum("ij,jk->ik").x(2, 1).x(3, 4).noted("an extent of 1 broadcast in the sum"),
                einsum("...ij,...jk").x(2, 2, 3).x(2, 3, 4),
                einsum("...a,...b->...ba").x(2, 3).x(2, 4),
                einsum("ii,ij->ij").x(2, 2).x(2, 3),
                einsum("i,ij,j->").x(2).x(2, 3).x(3),
                einsum("ntd,de->nte").x(2, 2, 3).constant(weight),
                einsum("de,dtn->etn").constant(weight).x(3, 2, 2),
                einsum("d,de->e").x(3).constant(weight),
                einsum("nde,de->n").x(2, 3, 4).constant(weight),
                einsum("...e,de->...d").x(2, 2, 4).constant(weight),
                einsum("nd,de->nd").x(2, 3).constant(weight).noted("a letter of the weight alone summed"),
                einsum("nd,de->nde").x(2, 3).constant(weight),
                einsum("ndk,de->ne").x(2, 3, 2).constant(weight));
    }

    private static OneNode einsum(String equation) {
        return of("Einsum", 12).with("equation", equation).noted(equation);
    }
}
